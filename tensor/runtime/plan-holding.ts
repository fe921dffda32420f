import type { DType } from '../graph/dtype.ts'
import type { Hold } from '../holding/weights.ts'
import { MemoryError } from './error.ts'
import { gigabytes } from './gigabytes.ts'

/** What decides how a model's weights are held. Bytes. */
export interface HoldingNeeds {
  /** What messages call it: its folder or file. */
  readonly name?: string
  /** All weights, were they float32. */
  readonly float32Bytes: number
  /** The weights as they lie in their files. */
  readonly fileBytes: number
  readonly fileDType: DType
  readonly wanted: Hold | 'auto'
  /** What a run takes beside the weights. */
  readonly activationBytes: number
}

export interface HoldingPlan {
  readonly hold: Hold
  /** One line with the numbers, for the log and for `--json`. */
  readonly reason: string
}

/**
 * Decides how weights are held, by the memory there is: `available` is a device's budget (it can put out what it holds).
 * Mapped float weights make a session at once and run as fast as packed ones, so `auto` takes them while file and
 * activations fit; then int8 (a quarter of float32, made once on disk). Throws MemoryError, with the numbers, when what
 * is wanted doesn't fit.
 */
export function planHolding(needs: HoldingNeeds, memory: { readonly available: number }): HoldingPlan {
  const ways = waysToHold(needs)
  const wanted = ways.filter(({ hold }) => (needs.wanted === 'auto' ? hold !== 'packed' : hold === needs.wanted))
  const chosen = wanted.find(({ bytes }) => bytes <= memory.available)
  if (!chosen) throw refusal(needs, wanted.at(-1)!, ways, memory.available)
  const { hold, text, bytes } = chosen
  return { hold, reason: `${text}: ${gigabytes(bytes)} of the ${gigabytes(memory.available)} there are` }
}

/** A way to hold the weights, with the bytes that must be in memory for a step that doesn't wait for the disk. */
interface Way {
  readonly hold: Hold
  readonly text: string
  readonly bytes: number
}

/** In the order in which `auto` tries them. */
const waysToHold = ({ float32Bytes, fileBytes, fileDType, activationBytes }: HoldingNeeds): readonly Way[] => [
  { hold: 'mapped', text: `${fileDType} mapped`, bytes: fileBytes + activationBytes },
  { hold: 'packed', text: 'float32 packed', bytes: float32Bytes + activationBytes },
  { hold: 'int8', text: 'int8', bytes: float32Bytes / 4 + activationBytes },
]

function refusal(needs: HoldingNeeds, { text, bytes }: Way, ways: readonly Way[], available: number): MemoryError {
  const name = needs.name ?? 'the model'
  const fitting = ways.filter((way) => way.bytes <= available).map((way) => `${way.hold} (${gigabytes(way.bytes)})`)
  return new MemoryError({
    needed: bytes,
    available,
    problem: `${name} needs ${gigabytes(bytes)} as ${text}, there are ${gigabytes(available)}`,
    remedy: fitting.length
      ? `Use ${fitting.join(' or ')}.`
      : 'Close other programs, use a smaller model, or a machine with more memory.',
  })
}
