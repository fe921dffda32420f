/** How a model's weights are held: by the memory there is, or as asked for. */
import type { Device, DType, Hold, TensorEntry } from '../tensor/index.ts'
import { planHolding } from '../tensor/index.ts'

/**
 * Up to this size as float32 there is nothing to choose between: packed runs fastest. Other devices copy in any case.
 */
const SMALL_BYTES = 64 * 1024 * 1024

/**
 * The way to hold these weights on a device.
 * @throws MemoryError with the numbers, when they do not fit
 */
export async function chooseHold(
  device: Device,
  entries: ReadonlyMap<string, TensorEntry>,
  { name, wanted, activationBytes }: { name: string; wanted: Hold | 'auto'; activationBytes: number },
): Promise<Hold> {
  const all = [...entries.values()]
  const float32Bytes = all.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0)
  const fileBytes = all.reduce((sum, { bytes }) => sum + bytes, 0)
  const { budget } = await device.memory() // other sessions are put out for this one
  const onlyPacked = device.kind !== 'cpu' || float32Bytes <= SMALL_BYTES
  const asked = wanted === 'auto' && onlyPacked ? 'packed' : wanted
  return planHolding(
    { name, float32Bytes, fileBytes, fileDType: mainDType(all), wanted: asked, activationBytes },
    { available: budget },
  ).hold
}

/** The element type that most bytes are of. */
function mainDType(entries: readonly TensorEntry[]): DType {
  const bytes = new Map<DType, number>()
  for (const entry of entries) bytes.set(entry.dtype, (bytes.get(entry.dtype) ?? 0) + entry.bytes)
  return [...bytes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'float32'
}
