import type { TensorData } from '../tensor/index.ts'
import { DiffusionError } from './error.ts'

/** What a model is told, as named tensors. Plain data. */
export interface Conditioning {
  /** A text's embeddings, float32 [batch, tokens, width]. */
  readonly embeds: TensorData
  /** int32 [batch, tokens]: 1 where a token counts. */
  readonly mask: TensorData
}

/** Conditionings one behind the other along the batch; shorter texts are filled up with tokens that do not count. */
export function stackConditionings(parts: readonly Conditioning[]): Conditioning {
  if (parts.length === 1) return parts[0]!
  const tokens = Math.max(...parts.map(({ mask }) => mask.shape[1]!))
  const width = parts[0]!.embeds.shape[2]!
  const batch = parts.reduce((sum, { mask }) => sum + mask.shape[0]!, 0)
  const embeds = new Float32Array(batch * tokens * width)
  const mask = new Int32Array(batch * tokens)
  let row = 0
  for (const part of parts) {
    const [rows, length] = part.mask.shape as [number, number] // two axes, as documented
    for (let i = 0; i < rows; i++, row++) {
      embeds.set(numbers(part.embeds).subarray(i * length * width, (i + 1) * length * width), row * tokens * width)
      mask.set(Int32Array.from(part.mask.data.subarray(i * length, (i + 1) * length), Number), row * tokens)
    }
  }
  return conditioning(embeds, mask, [batch, tokens, width])
}

/** A conditioning of one sample repeated for a batch; one that has as many is left as it is. */
export function repeatConditioning(given: Conditioning, batch: number, field: string): Conditioning {
  const has = given.mask.shape[0]!
  if (has === batch) return given
  if (has === 1) return stackConditionings(Array<Conditioning>(batch).fill(given))
  throw new DiffusionError({
    field,
    expected: `1 or ${batch} texts, as the latent's batch has`,
    found: String(has),
    remedy: 'Give as many texts as the batch has.',
  })
}

/** Without the tokens at the end that count in no sample: attention gives them the weight 0, so nothing changes. */
export function trimConditioning(given: Conditioning): Conditioning {
  const [batch, tokens] = given.mask.shape as [number, number] // two axes, as documented
  const width = given.embeds.shape[2]!
  let kept = 1
  for (let i = 0; i < batch * tokens; i++) if (Number(given.mask.data[i]) !== 0) kept = Math.max(kept, (i % tokens) + 1)
  if (kept === tokens || !everyRowCounts(given)) return given
  const embeds = new Float32Array(batch * kept * width)
  const mask = new Int32Array(batch * kept)
  for (let row = 0; row < batch; row++) {
    embeds.set(numbers(given.embeds).subarray(row * tokens * width, (row * tokens + kept) * width), row * kept * width)
    mask.set(Int32Array.from(given.mask.data.subarray(row * tokens, row * tokens + kept), Number), row * kept)
  }
  return conditioning(embeds, mask, [batch, kept, width])
}

/** A row without a token that counts attends to all of them alike: its length matters. */
function everyRowCounts({ mask }: Conditioning): boolean {
  const [batch, tokens] = mask.shape as [number, number] // two axes, as documented
  return Array.from({ length: batch }, (_, row) => mask.data.subarray(row * tokens, (row + 1) * tokens)).every((row) =>
    row.some((count: number | bigint) => Number(count) !== 0),
  )
}

const conditioning = (
  embeds: Float32Array,
  mask: Int32Array,
  shape: readonly [number, number, number],
): Conditioning => ({
  embeds: { dtype: 'float32', shape, data: embeds },
  mask: { dtype: 'int32', shape: shape.slice(0, 2), data: mask },
})

function numbers({ data }: TensorData): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data, Number)
}
