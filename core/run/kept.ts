/** What became of a result that a cache was offered to keep for later runs. */
export type Kept = { readonly kept: true } | { readonly kept: false; readonly why: NotKept; readonly details?: string }

/** Why a result was not kept. */
export type NotKept =
  /** Of an output node: it did something beside giving values. */
  | 'output'
  | 'not idempotent'
  /** It shows files that lie outside of the cache. */
  | 'shows'
  /** Different each time. */
  | 'always new'
  /** Takes less time to make than to read. */
  | 'cheap'
  /** A value of a type that is not stored. */
  | 'type'
  /** No room, and worth less than what is there. */
  | 'no room'
  /** Could not be written. */
  | 'failed'
  /** Too much was waiting to be written. */
  | 'busy'
