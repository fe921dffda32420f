/** What a node gives instead of a value: whatever depends on it is skipped, and reported as blocked by this node. */
export class Blocked {
  /** What the person is told; blocking is silent without it. */
  readonly message: string | undefined
  /** The node that blocked; the engine fills it in. */
  readonly by: BlockOrigin | undefined

  constructor(message?: string, by?: BlockOrigin) {
    this.message = message
    this.by = by
  }
}

/** Which node blocked an output. */
export interface BlockOrigin {
  /** Its path, through subgraphs and expansion. */
  readonly node: string
  /** The id of the node in the file that the person sees. */
  readonly shown: string
}

/**
 * Blocks an output: `return { image: blocked('no face was found') }`. Nodes that need it are skipped; the run goes on.
 * @param message said to the person, with the name of the node; blocks silently without one
 */
export function blocked(message?: string): Blocked {
  return new Blocked(message)
}
