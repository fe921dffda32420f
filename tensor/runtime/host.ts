import type { TensorData } from '../graph/dtype.ts'
import type { BuiltModel } from '../graph/graph.ts'
import type { DeviceKind, DeviceMemory, RunOptions, RunResult, SessionOptions, TensorRef } from './device.ts'

/** What of a built model goes to the device's side: data only. */
export type HostModel = Pick<BuiltModel, 'bytes' | 'externalRoot' | 'prepack' | 'weightBytes'>

/** Feeds by input name. */
export type Feeds = Readonly<Record<string, TensorData | TensorRef>>

/**
 * The device's side: data in, data out, so that it may lie in another thread. `OrtHost` runs ONNX Runtime where it is,
 * `RemoteHost` speaks with one in a thread.
 */
export interface Host {
  readonly kind: DeviceKind
  /** True when the session is there; it then counts as just used. */
  has(key: string): Promise<boolean>
  create(key: string, model: HostModel, options: SessionOptions): Promise<void>
  /** null when the session isn't there. */
  run(key: string, feeds: Feeds, options: RunOptions): Promise<RunResult | null>
  endProfile(key: string): Promise<string | null>
  store(tensors: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorRef>>
  fetch(ref: TensorRef): Promise<TensorData>
  release(refs: readonly number[]): Promise<void>
  memory(): Promise<DeviceMemory>
  putOut(): Promise<void>
  close(): Promise<void>
}
