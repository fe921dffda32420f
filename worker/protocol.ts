/**
 * What a worker and its parent (terminal, server) say to each other: data only, at most 1 MB a message. Files and
 * whole workflows too large for that go by path. Tensors and pictures never cross.
 */
import type { WorkflowFormat } from '../core/comfy/detect.ts'
import type { NodeDefinition } from '../core/types/definition.ts'
import type { Json } from '../core/types/json.ts'
import type { SocketType } from '../core/types/socket.ts'
import type { Estimate } from '../core/run/estimate.ts'
import type { ResolvedPrompt } from '../core/run/resolve-inputs.ts'
import type { ResolvedSeed } from '../core/workflow/seeds.ts'
import type { RunEvent } from '../core/run/events.ts'
import type { NodeExplanation } from '../core/run/explain.ts'
import type { NamedOutput } from '../core/run/named-outputs.ts'
import type { WorkflowDiff } from '../core/workflow/diff.ts'
import type { MigratedNode } from '../core/workflow/migrate-nodes.ts'
import type { ParameterState } from '../core/workflow/overrides.ts'
import type { NodeRef, Problem } from '../core/workflow/problem.ts'
import type { ExposedOutput, Parameter } from '../core/workflow/workflow.ts'
import type {
  CheckpointSettings, FreeRequest, InspectRequest, MediaReport, PreviewMessage, PreviewSettings, ProbeRequest, PublishedMessage,
  PublishMessage, ThumbnailReport, ThumbnailRequest, WeightsReport,
} from './protocol-files.ts'
import type { LockAnswer, LockRequest, VerifyAnswer, VerifyRequest } from './protocol-lock.ts'

/** Most bytes of one message as JSON. */
export const MAX_MESSAGE = 1_000_000

export type DeviceName = 'cpu' | 'cuda' | 'webgpu'

/** Folders of a run, absolute. */
export interface Folders {
  readonly models: string
  readonly input: string
  readonly output: string
  readonly temp: string
}

/** A workflow as JSON, or the file that holds it: `.json` (ours, ComfyUI's), or an mp4, png or webp that either made. */
export type WorkflowSource = { readonly json: Json } | { readonly path: string }

export interface JobRequest {
  readonly workflow: WorkflowSource
  /** `node.input=value`. */
  readonly set?: readonly string[]
  /** Parameters of the workflow, by name. */
  readonly parameters?: Readonly<Record<string, Json>>
  readonly folders: Folders
}

export interface RunRequest extends JobRequest {
  readonly type: 'run'
  /** Chosen by the parent; the run's events carry it. */
  readonly id: string
  readonly device: DeviceName
  /** In memory when left out. */
  readonly cache?: CacheSettings
  /** Run up to these nodes, by id; to all output nodes when left out. */
  readonly targets?: readonly string[]
  /** Refuse the workflow when anything that it asks for can't be made, instead of making the rest. */
  readonly strict?: boolean
  /** Which run of a batch it is, from 0. */
  readonly index?: number
  /** What seeds that say `random` are drawn from: the same text gives the same numbers, so that a run can be repeated. Drawn anew when left out. */
  readonly draws?: string
  /** The parent names the files that the run makes; without it the worker does. */
  readonly publishes?: true
  /** Nodes that take long save their state, and go on from it when the same run is asked for again. */
  readonly checkpoints?: CheckpointSettings
  /** Samplers show what they are about to make. */
  readonly previews?: PreviewSettings
}

/** Where results are kept between runs. */
export interface CacheSettings {
  /**
   * `memory`: by what they cost per byte; `lru`: by their last use, up to a number of bytes or of results; `last`: those of
   * the last run; `disk`: on the disk as well, for later processes; `none`: not at all.
   */
  readonly mode: CacheMode
  /** The folder of a disk cache, absolute. */
  readonly folder?: string
  /** Bytes that all results may take: on the disk for a disk cache, in memory for others. */
  readonly bytes?: number
  /** For `lru`: how many results. */
  readonly count?: number
}
export type CacheMode = 'memory' | 'lru' | 'last' | 'disk' | 'none'

/** Say of every node why it would run, against the last run with the same disk cache. */
export interface ExplainRequest extends JobRequest {
  readonly type: 'explain'
  readonly id: string
  readonly device: DeviceName
  readonly cache: CacheSettings
  /** What a run up to these nodes needs; up to all output nodes when left out. */
  readonly targets?: readonly string[]
  /** Which run of a batch it is, from 0. */
  readonly index?: number
}

/** Say everything that is wrong with a job. */
export interface ValidateRequest extends JobRequest {
  readonly type: 'validate'
  readonly id: string
  /** What a run up to these nodes needs; up to all output nodes when left out. */
  readonly targets?: readonly string[]
  readonly index?: number
}

/** Say what a run would do and take. */
export interface PlanRequest extends JobRequest {
  readonly type: 'plan'
  readonly id: string
  readonly device: DeviceName
  readonly cache?: CacheSettings
  readonly targets?: readonly string[]
  /** Which run of a batch it is, from 0. */
  readonly index?: number
}

/** One node of a plan. */
export interface PlanRow {
  readonly node: string
  /** Of its result: rows of two plans with one key are made once. */
  readonly key: string
  readonly ref: NodeRef
  /** `maybe`: only if a lazy input asks for it. */
  readonly runs: 'yes' | 'no' | 'maybe'
  /** How often, for a node that is mapped over a list. */
  readonly times?: number
  readonly memory?: PlanMemory
  /** How long it will take, by what was measured here; absent where nothing is known. */
  readonly time?: Estimate
}

/** What a node takes at its peak, in bytes. An estimate from shapes. */
export interface PlanMemory {
  readonly bytes: number
  readonly weights: number
  readonly activations: number
  /** How the weights are held then. */
  readonly hold?: string
  readonly fits: boolean
  readonly problem?: string
  readonly remedy?: string
}

/** A file that a run needs. Without a path it is not there. */
export interface PlanFile {
  /** Below the models folder. */
  readonly file: string
  readonly path?: string
  readonly bytes?: number
  /** Of the download, where it is known. */
  readonly size?: string
  /** How to get it. */
  readonly advice?: string
}

export interface ExplainRow extends NodeExplanation {
  /** The reasons in words. */
  readonly text: string
}

/** Write a workflow down in a format. */
export interface ExportRequest extends JobRequest {
  readonly type: 'export'
  readonly id: string
  readonly to: WorkflowFormat
  /** The file to write, absolute: a workflow may be larger than a message. */
  readonly file: string
}

/** Say how one workflow became another. */
export interface DiffRequest {
  readonly type: 'diff'
  readonly id: string
  readonly before: WorkflowSource
  readonly after: WorkflowSource
  readonly folders: Folders
}

/** Carry a workflow file over to the node types and the format of today. */
export interface MigrateRequest {
  readonly type: 'migrate'
  readonly id: string
  /** Absolute; written in place. */
  readonly path: string
  /** Write nothing. */
  readonly check: boolean
  readonly folders: Folders
}

/** Say what can be set in a workflow by name, and what comes out of it by name. */
export interface InterfaceRequest {
  readonly type: 'interface'
  readonly id: string
  readonly workflow: WorkflowSource
  readonly folders: Folders
}

/** Where a worker finds plugins. */
export interface PluginSettings {
  /** The project's folder: its `plugins` folder and its `node_modules` are looked through. */
  readonly project?: string
  /** Named by the person: each is a plugin, or a folder of plugins. Absolute. */
  readonly folders: readonly string[]
  /** Seconds that a plugin may take to load. */
  readonly limit?: number
  /** Not to be tried again as long as their content is the same: what became of the worker that tried. */
  readonly avoid?: readonly AvoidedPlugin[]
}

/** A plugin that is being loaded. */
export interface PluginAttempt {
  readonly name: string
  readonly entry: string
  readonly hash: string
}

export interface AvoidedPlugin extends PluginAttempt {
  readonly problem: Problem
}

/** What became of a plugin that was found. */
export interface PluginReport {
  readonly name: string
  readonly version?: string
  /** Absolute. */
  readonly folder: string
  /** The module that was loaded, or should be. Absolute. */
  readonly entry?: string
  readonly status: 'loaded' | 'skipped'
  /** The hash of its content. */
  readonly hash?: string
  /** Types of the nodes that it provides; of one that was skipped, those that it is known to provide. */
  readonly nodes: readonly string[]
  readonly warnings: readonly string[]
  /** Why it was skipped. */
  readonly problem?: Problem
  /** The files that it is made of, absolute: whoever watches for changes watches these. */
  readonly sources: readonly string[]
}

/** Say which plugins there are, after loading those that have changed where that is asked for. */
export interface PluginsRequest {
  readonly type: 'plugins'
  readonly id: string
  readonly reload?: boolean
}

/** What a parent may ask. Each question is answered by one `answer` with its id. */
export type Request =
  | RunRequest
  | ValidateRequest
  | ExportRequest
  | ExplainRequest
  | PlanRequest
  | LockRequest
  | VerifyRequest
  | DiffRequest
  | MigrateRequest
  | InterfaceRequest
  | PluginsRequest
  | FreeRequest
  | InspectRequest
  | ProbeRequest
  | ThumbnailRequest
  | { readonly type: 'nodes'; readonly id: string; readonly folders: Folders }
  | { readonly type: 'models'; readonly id: string; readonly folders: Folders }
  | { readonly type: 'doctor'; readonly id: string; readonly folders: Folders }

/** `suspend`: a run saves its state as soon as it can and ends; its answer is then `interrupted`. */
export type ToWorkerMessage = Request | PublishedMessage | { readonly type: 'cancel' | 'suspend'; readonly id: string } | { readonly type: 'ping' }

/** What is said in one turn of the event loop may travel together. */
export type ToWorker = ToWorkerMessage | { readonly type: 'batch'; readonly messages: readonly ToWorkerMessage[] }

/** How a run ended. `refused`: nothing ran, since command line or workflow are wrong. */
export type RunAnswer =
  | {
    readonly status: 'done'
    /** How many outputs were left out, since something is wrong with them. */
    readonly dropped?: number
    readonly files: readonly ProducedFile[]
    /** What came out at the outputs that the workflow names. */
    readonly outputs: readonly NamedOutput[]
    readonly seconds: number
  }
  | { readonly status: 'refused'; readonly problem: Problem }
  | { readonly status: 'failed'; readonly problem: Problem }
  | { readonly status: 'cancelled' }
  /** It was suspended: asked for again, it goes on from where its state was saved. */
  | { readonly status: 'interrupted' }

/** A file that a run made. Temporary ones are previews. */
export interface ProducedFile {
  /** The node that the person sees. */
  readonly node: string
  /** The path of the one that made it, where that stands inside a subgraph or an expansion. */
  readonly within?: string
  readonly path: string
  readonly temporary: boolean
}

export interface ModelRow {
  readonly folder: string
  readonly name: string
  readonly what?: string
  /** Absolute, where it is there. */
  readonly path?: string
  /** Of its files, where it is there. */
  readonly bytes?: number
  /** Of the download, as EasyAnimate's zoo states it. */
  readonly size?: string
  readonly url?: string
  /** How to get it: one or two sentences. */
  readonly advice?: string
  /** What it needs that this version lacks. */
  readonly later?: string
}

export interface DoctorRow {
  readonly what: string
  readonly ok: boolean
  /** Optional things that are missing are no reason to fail. */
  readonly optional: boolean
  readonly found: string
  /** The one thing to do. */
  readonly remedy?: string
}

/** A workflow as a command: what it takes and gives by name. */
export interface WorkflowInterface {
  readonly title?: string
  readonly description?: string
  readonly parameters: readonly (Parameter & ParameterState)[]
  readonly outputs: readonly (ExposedOutput & { readonly socket?: SocketType })[]
}

export interface Answers {
  readonly run: RunAnswer
  /** `refused`: a run would make nothing at all. */
  readonly validate: { readonly problems: readonly Problem[]; readonly refused: boolean }
  readonly plan: {
    /** Whether it may run, as far as that can be told. */
    readonly ok: boolean
    readonly problems: readonly Problem[]
    readonly nodes: readonly PlanRow[]
    /** Nodes that are not listed. */
    readonly left: number
    readonly files: readonly PlanFile[]
    /** What the nodes that run will take together, as far as known, and how many of them nothing is known of. */
    readonly time: { readonly seconds: number; readonly unknown: number }
    /** Memory that a run may take, in bytes. */
    readonly available: number
    readonly seeds: readonly ResolvedSeed[]
    readonly prompts: readonly ResolvedPrompt[]
  }
  readonly lock: LockAnswer
  readonly verify: VerifyAnswer
  readonly explain: {
    readonly nodes: readonly ExplainRow[]
    /** How many nodes are left out here. */
    readonly left: number
    /** The run that was compared with; `same`: of the same file. */
    readonly last?: { readonly run: string; readonly at: number; readonly same: boolean }
  }
  readonly export: { readonly file: string; readonly bytes: number }
  readonly diff: WorkflowDiff
  readonly migrate: { readonly isChanged: boolean; readonly migrated: readonly MigratedNode[] }
  readonly interface: WorkflowInterface
  readonly nodes: { readonly definitions: readonly NodeDefinition[] }
  readonly models: { readonly folder: string; readonly models: readonly ModelRow[] }
  readonly doctor: { readonly rows: readonly DoctorRow[] }
  readonly plugins: { readonly plugins: readonly PluginReport[] }
  readonly free: { readonly isFreed: true }
  readonly inspect: WeightsReport
  readonly probe: MediaReport
  readonly thumbnail: ThumbnailReport
}
export type AnswerOf<R extends Request> = Answers[R['type']]

/** Several messages travel together where they come fast. */
export type FromWorker = FromWorkerMessage | { readonly type: 'batch'; readonly messages: readonly FromWorkerMessage[] }

export type FromWorkerMessage =
  /** Imports are done; the device may still be opening. */
  | { readonly type: 'ready' }
  /** A device that was named at the start is open, its runtime imported; or it can't be opened. */
  | { readonly type: 'opened'; readonly device: DeviceName; readonly problem?: string }
  /** A model, or a part of one, is in the runtime. */
  | { readonly type: 'loaded'; readonly device: DeviceName; readonly seconds: number }
  /** Its main thread is there, whatever runs. The answer to a `ping`. */
  | { readonly type: 'pong' }
  /** A plugin's code is about to run. Should nothing more come, it is the reason. */
  | { readonly type: 'plugin.loading'; readonly plugin: PluginAttempt }
  | { readonly type: 'plugin.loaded'; readonly entry: string }
  /** What became of the plugins, whenever they were loaded. */
  | { readonly type: 'plugins'; readonly plugins: readonly PluginReport[] }
  /** Its turn has come, or for a question: code of plugins is asked for it. Should the worker die before it answers, that may be why. */
  | { readonly type: 'begun'; readonly id: string }
  /** How the nodes of a run are called, before its first event; in several messages where they are many. */
  | { readonly type: 'graph'; readonly id: string; readonly nodes: readonly NodeRef[] }
  /** Events in order, several at once where they come fast. */
  | { readonly type: 'events'; readonly id: string; readonly events: readonly RunEvent[] }
  | PublishMessage
  | PreviewMessage
  | { readonly type: 'answer'; readonly id: string; readonly answer: Answers[Request['type']] }
  /** The worker could not answer at all. */
  | { readonly type: 'failure'; readonly id: string; readonly problem: Problem }
