import type { TensorData } from '../graph/dtype.ts'
import type { DeviceKind, DeviceOptions } from './device.ts'
import type { ErrorData } from './error.ts'
import type { Host } from './host.ts'

/** The calls that cross to the device's thread. */
export type HostCall = Exclude<keyof Host, 'kind'>

/** Asks the thread's host for one call. */
export interface Request {
  readonly id: number
  readonly call: HostCall
  readonly args: readonly unknown[]
}

/** Its answer; after the answer to `close` the thread ends. */
export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorData }

/** What the thread is started with. */
export interface ThreadData {
  readonly kind: DeviceKind
  readonly options: DeviceOptions
}

/** The buffers of results, which move to the other side: a host's results are its caller's own. */
export function buffersOf(tensors: Iterable<TensorData>): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const { data } of tensors) {
    if (data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength) buffers.add(data.buffer)
  }
  return [...buffers]
}
