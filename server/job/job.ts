/** A job as data: what was asked for, where it stands, and what came of it. Read alike by queue, history and both APIs. */
import type { ResolvedPrompt } from '../../core/run/resolve-inputs.ts'
import type { NamedOutput } from '../../core/run/named-outputs.ts'
import type { Json, JsonObject } from '../../core/types/json.ts'
import type { UiResult } from '../../core/types/node-type.ts'
import type { Problem } from '../../core/workflow/problem.ts'
import type { ResolvedSeed } from '../../core/workflow/seeds.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { DeviceName } from '../../worker/protocol.ts'
import type { JobState } from './states.ts'

/** What is to be run. */
export interface JobRequest {
  readonly workflow: Workflow
  /** Parameters of the workflow, by name. */
  readonly parameters?: Readonly<Record<string, Json>>
  /** `node.input=value`. */
  readonly set?: readonly string[]
  /** Run up to these nodes, by id; to all output nodes when left out. */
  readonly targets?: readonly string[]
  /** Refuse the whole when a part of it can't be made. */
  readonly strict?: boolean
  /** The server's first device when left out. */
  readonly device?: DeviceName
}

/** Who asked, and through which door. */
export interface JobOrigin {
  readonly api: 'kinograph' | 'comfy'
  /** The socket client that wants its events. */
  readonly client?: string
  /** The name of the token that was used, where there are tokens. */
  readonly owner?: string
  /** What the door keeps for its own answers (ComfyUI: the prompt as it was sent, extra_data, outputs to execute). */
  readonly extra?: JsonObject
}

/** A job without its workflow and its result: a row of a list. */
export interface Job {
  readonly id: string
  /** The order of submission, from 1, never used twice. */
  readonly seq: number
  /** Lower runs first; of equal ones the older. */
  readonly rank: number
  readonly state: JobState
  readonly title: string
  /** How many nodes the workflow has. */
  readonly nodes: number
  readonly device?: DeviceName
  readonly api: JobOrigin['api']
  readonly client?: string
  readonly owner?: string
  /** How often it was started. */
  readonly attempts: number
  /** How many workers died while it ran. */
  readonly deaths: number
  /** Milliseconds since 1970, as are all times here. */
  readonly created: number
  /** Of the last attempt. */
  readonly started?: number
  readonly ended?: number
  /** A queued job that failed for a cause that may pass waits until then. */
  readonly notBefore?: number
  /** Why it failed, or why it has to run again. */
  readonly problem?: Problem
}

/** Everything that is kept of a job. */
export interface JobRecord extends Job {
  readonly request: JobRequest
  readonly origin: JobOrigin
  readonly result?: JobResult
}

/** A file below the output folder, under the name that was given to it for good. */
export interface PublishedFile {
  /** Path of the node that made it, and which of its files it is. */
  readonly node: string
  readonly index: number
  readonly filename: string
  /** Below the output folder; '' for the folder itself. */
  readonly subfolder: string
  readonly bytes: number
  readonly sha256: string
}

/** What became of a node. */
export interface NodeOutcome {
  /** Its path, through subgraphs and expansion, and the node of the file that the person sees. */
  readonly node: string
  readonly shown: string
  readonly state: 'done' | 'cached' | 'failed' | 'skipped' | 'cancelled'
  readonly seconds?: number
  readonly ui?: UiResult
}

/** What a job left: kept with it. */
export interface JobResult {
  readonly seconds: number
  /** What it saved, and what its nodes that were known had saved in earlier jobs, as far as it is still there. */
  readonly files: readonly PublishedFile[]
  readonly outputs: readonly NamedOutput[]
  /** Nodes that show something, failed or were skipped; of the others only their number. */
  readonly nodes: readonly NodeOutcome[]
  readonly ran: number
  readonly cached: readonly string[]
  readonly seeds: readonly ResolvedSeed[]
  readonly prompts: readonly ResolvedPrompt[]
  /** Outputs that were left out, since something is wrong with them. */
  readonly dropped?: number
  /** Versions and device that made it. */
  readonly made: { readonly engine: string; readonly runtime?: string; readonly node: string; readonly device: DeviceName }
}
