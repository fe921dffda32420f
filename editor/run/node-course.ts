/** How one node of a run stands, as far as its events have told. */
import type { Pace } from './pace.ts'

export type NodeState = 'running' | 'done' | 'cached' | 'failed' | 'skipped' | 'cancelled'

export interface NodeCourse {
  /** Its path, through subgraphs and expansion, and the node of the file that the person sees. */
  readonly node: string
  readonly shown: string
  readonly state: NodeState
  /** When it began, in the server's milliseconds. */
  readonly began?: number
  readonly value?: number
  readonly max?: number
  readonly pace?: Pace
  /** Of a node that runs for each item of a list: which one this is, from 0, and of how many. */
  readonly item?: number
  readonly items?: number
  /** Why it failed or was skipped, or its newest warning. */
  readonly message?: string
}
