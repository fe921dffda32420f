/** A scheduler's state as JSON text can hold it: arrays of float32 become base64. */
import { Buffer } from 'node:buffer'
import type { SchedulerState } from './scheduler.ts'

export interface SchedulerStateJson {
  readonly taken: number
  readonly outputs: readonly string[]
  readonly sample: string | null
  readonly sum: string | null
}

const pack = (x: Float32Array): string => Buffer.from(x.buffer, x.byteOffset, x.byteLength).toString('base64')
const unpack = (text: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer)

export const stateToJson = ({ taken, outputs, sample, sum }: SchedulerState): SchedulerStateJson => ({
  taken, outputs: outputs.map(pack), sample: sample && pack(sample), sum: sum && pack(sum),
})

export const stateFromJson = ({ taken, outputs, sample, sum }: SchedulerStateJson): SchedulerState => ({
  taken,
  outputs: outputs.map(unpack),
  sample: sample === null ? null : unpack(sample),
  sum: sum === null ? null : unpack(sum),
})
