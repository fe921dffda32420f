/** How far a run may grow while it runs. */
export interface Limits {
  /** Levels of expansion inside expansion; the next round of a loop is no level of its own. */
  readonly depth: number
  /** Nodes that all expansions of a run may add together. */
  readonly nodes: number
  /** Items that one node is run for. */
  readonly items: number
}

/** Enough for long loops and big batches; a node that expands itself forever is refused within a second or two. */
export const DEFAULT_LIMITS: Limits = { depth: 500, nodes: 100_000, items: 100_000 }
