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
 * Decides how weights are held, by the memory there is (`availableMemory()`), following the table in docs: mapped float
 * weights make a session at once and run as fast as packed ones, so `auto` takes them while file and activations fit;
 * then int8 (a quarter of float32, made once on disk, its error is in the docs). Throws MemoryError, with the numbers,
 * when what is wanted doesn't fit.
 */
export function planHolding(needs: HoldingNeeds, memory: { readonly available: number }): HoldingPlan {
  const wanted = needs.wanted === 'auto' ? ['mapped', 'int8'] as const : [needs.wanted]
  const hold = wanted.find((kind) => bytesFor(kind, needs) <= memory.available)
  if (hold === undefined) throw refusal(needs, memory.available)
  return { hold, reason: `${describe(hold, needs)}: ${gigabytes(bytesFor(hold, needs))} of the ${gigabytes(memory.available)} there are` }
}

/** Bytes that must be in memory for a step that doesn't wait for the disk. */
function bytesFor(hold: Hold, { float32Bytes, fileBytes, activationBytes }: HoldingNeeds): number {
  return activationBytes + { mapped: fileBytes, packed: float32Bytes, int8: float32Bytes / 4 }[hold]
}

const describe = (hold: Hold, { fileDType }: HoldingNeeds): string => hold === 'mapped' ? `${fileDType} mapped` : hold === 'packed' ? 'float32 packed' : 'int8'

function refusal(needs: HoldingNeeds, available: number): MemoryError {
  const kinds: readonly Hold[] = ['mapped', 'packed', 'int8']
  const wanted = needs.wanted === 'auto' ? 'int8' : needs.wanted
  const needed = bytesFor(wanted, needs)
  const fitting = kinds.filter((kind) => bytesFor(kind, needs) <= available).map((kind) => `${kind} (${gigabytes(bytesFor(kind, needs))})`)
  return new MemoryError({ needed, available,
    problem: `${needs.name ?? 'the model'} needs ${gigabytes(needed)} as ${describe(wanted, needs)}, there are ${gigabytes(available)}`,
    remedy: fitting.length ? `Use ${fitting.join(' or ')}.` : 'Close other programs, use a smaller model, or a machine with more memory.' })
}
