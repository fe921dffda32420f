import type { DType, TensorData } from '../graph/dtype.ts'
import type { BuiltModel } from '../graph/graph.ts'

/** Where ONNX Runtime computes. */
export type DeviceKind = 'cpu' | 'cuda' | 'webgpu'

/** A tensor that stays on the device's side; it means something to its own device only, until it is released. */
export interface TensorRef {
  readonly ref: number
  readonly dtype: DType
  readonly shape: readonly number[]
}

export interface SessionOptions {
  /** Path prefix: ONNX Runtime writes a profile (JSON trace) to `<prefix>_<time>.json`; see `Session.endProfile`. */
  readonly profile?: string
  /** How far the graph is rewritten before it runs; default 'all'. */
  readonly optimise?: 'all' | 'basic' | 'none'
  /** Sizes change from run to run: no memory arena is kept (same speed, 0.3 GB instead of 1.0 in one case measured). */
  readonly varyingShapes?: boolean
}

export interface RunOptions {
  /** Which outputs are wanted; default all. */
  readonly outputs?: readonly string[]
  /** Which of them stay on the device's side. */
  readonly keep?: readonly string[]
}

export interface RunResult {
  readonly outputs: Readonly<Record<string, TensorData>>
  readonly kept: Readonly<Record<string, TensorRef>>
}

/** A model on a device. It may be put out to make room, and is then built again by its next run. */
export interface Session {
  readonly key: string
  /** Feeds are only read, results are the caller's own. Throws DeviceError, which names the input or node. */
  run(feeds: Readonly<Record<string, TensorData | TensorRef>>, options?: RunOptions): Promise<RunResult>
  /** Ends profiling and gives the path of what was written; null where the session has no profile. */
  endProfile(): Promise<string | null>
}

export interface DeviceMemory {
  /** Private bytes that sessions and refs take. */
  readonly resident: number
  /** Bytes that they may take. */
  readonly budget: number
  /** From the least to the most recently used. */
  readonly sessions: readonly { readonly key: string; readonly bytes: number }[]
}

/** ONNX Runtime behind one interface, in this thread or in one of its own. Runs follow each other as they were asked. */
export interface Device {
  readonly kind: DeviceKind
  /** Told of each session that was made, with the seconds from its first line to its last weight. */
  onSession?: (seconds: number) => void
  /**
   * The session of a model, kept by `key` until memory asks for its room (least recently used first). `build` is only
   * called when it isn't there, and again if it has been put out by the time of a run. Throws MemoryError when the
   * model can't fit even alone.
   */
  session(key: string, build: () => BuiltModel | Promise<BuiltModel>, options?: SessionOptions): Promise<Session>
  /** Copies tensors to the device's side. */
  store<Name extends string>(tensors: Readonly<Record<Name, TensorData>>): Promise<Record<Name, TensorRef>>
  /** Copies a tensor back. */
  fetch(ref: TensorRef): Promise<TensorData>
  /** Lets refs go; those that are gone already don't matter. */
  release(refs: Iterable<TensorRef>): void
  memory(): Promise<DeviceMemory>
  /** Puts out all sessions, once what was asked before has ended. Those that are used again are built again. */
  putOut(): Promise<void>
  /** Lets what was asked before end, then frees everything. Later calls throw DeviceError. */
  close(): Promise<void>
}

export interface DeviceOptions {
  /** Bytes that sessions may take; default: what they take plus 90 % of what the machine or container has left. */
  readonly memoryBudget?: number
  /** Threads of one operator; default: the cores there are (or KINOGRAPH_THREADS). */
  readonly threads?: number
}
