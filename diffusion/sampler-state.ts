/** A sampler's state as bytes, for a file. Node's structured serialization keeps every float as it is. */
import { deserialize, serialize } from 'node:v8'
import type { SamplerState } from './sample.ts'

/** Raised when a state is laid out differently. */
const LAYOUT = 1

/** The bytes of a state; `samplerStateFrom` gives the same state again. */
export function samplerStateBytes(state: SamplerState): Uint8Array {
  return serialize({ layout: LAYOUT, state })
}

/**
 * The state in these bytes; `undefined` where it is none, or none of a run over so many latent numbers.
 * @param numbers how many numbers the latents have
 */
export function samplerStateFrom(bytes: Uint8Array, numbers: number): SamplerState | undefined {
  try {
    const found: unknown = deserialize(bytes)
    if (typeof found !== 'object' || found === null || !('layout' in found) || found.layout !== LAYOUT || !('state' in found)) return undefined
    return isState(found.state, numbers) ? ownArrays(found.state) : undefined
  } catch {
    return undefined // no serialization of anything
  }
}

function isState(state: unknown, numbers: number): state is SamplerState {
  if (typeof state !== 'object' || state === null) return false
  // The fields of any object, looked at one by one.
  const { call, latents, scheduler, generator, denoiser } = state as Partial<Record<keyof SamplerState, unknown>>
  return Number.isInteger(call) && isLatents(latents, numbers) && isScheduler(scheduler, numbers)
    && [generator, denoiser].every((one) => typeof one === 'object' && one !== null)
}

function isScheduler(scheduler: unknown, numbers: number): boolean {
  if (typeof scheduler !== 'object' || scheduler === null) return false
  const { taken, outputs, sample, sum } = scheduler as Partial<Record<keyof SamplerState['scheduler'], unknown>>
  return Number.isInteger(taken) && Array.isArray(outputs)
    && [...outputs, sample, sum].every((one) => one === null || isLatents(one, numbers))
}

const isLatents = (value: unknown, numbers: number): boolean => value instanceof Float32Array && value.length === numbers

/** What was read lies in one large buffer; what is sent to a device would take all of it along. */
function ownArrays({ latents, scheduler: { taken, outputs, sample, sum }, ...state }: SamplerState): SamplerState {
  const scheduler = { taken, outputs: outputs.map((one) => one.slice()), sample: sample && sample.slice(), sum: sum && sum.slice() }
  return { ...state, latents: latents.slice(), scheduler }
}
