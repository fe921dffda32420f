/** What server and client say to each other over socket.io, as types that both ends share. */
import type { FeedEntry, Preview, Snapshot } from '../events/feed.ts'

/** A preview without its pictures. */
export type PreviewHead = Omit<Preview, 'frames'>

/** Which jobs a client wants to hear of. */
export interface Watch {
  /** `all` when left out. */
  readonly jobs?: 'all' | readonly string[]
  /** Pictures while a job runs. False when left out. */
  readonly previews?: boolean
}

/** What a client says as it connects (socket.io's `auth`): the last cursor that it has seen, where it has one. */
export interface Greeting extends Watch {
  readonly cursor?: string
}

export interface Goodbye {
  /** `too_slow`: connect again, with the last cursor. `stopping`: the server ends. */
  readonly code: 'too_slow' | 'stopping' | 'invalid_request' | 'internal_error'
  readonly message: string
}

export interface ServerEvents {
  /** How everything stands: for who comes without a cursor, or with one that is too old. Entries follow from its cursor. */
  snapshot(snapshot: Snapshot): void
  /** What came after the client's cursor; first of all, and also when nothing did. */
  replay(entries: readonly FeedEntry[]): void
  /** What happens, in order, several at once where it comes fast. */
  entries(entries: readonly FeedEntry[]): void
  /** JPEG pictures of a running sampler; left out where a client is slow. */
  preview(about: PreviewHead, frames: readonly Uint8Array[]): void
  /** The last that is said before the server ends the connection. */
  goodbye(reason: Goodbye): void
}

export interface ClientEvents {
  /** Replaces what is watched. Answered when it counts: what happens from then on is sent. */
  watch(what: Watch & { /** Begin again with a snapshot. */ readonly snapshot?: boolean }, done: (answer: { readonly ok: true } | { readonly ok: false; readonly message: string }) => void): void
}
