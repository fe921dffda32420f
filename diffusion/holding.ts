/** How a model's weights are held: by the memory there is, or as asked for. */
import type { Device, DType, Hold, TensorEntry } from '../tensor/index.ts'
import { planHolding } from '../tensor/index.ts'

/** Up to this size as float32 there is nothing to weigh up: packed runs fastest, and start-up is what is waited for. */
const SMALL_BYTES = 64 * 1024 * 1024

/** What weights take as float32, in bytes. */
export const float32Bytes = (entries: ReadonlyMap<string, TensorEntry>): number =>
  [...entries.values()].reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0)

/** True for weights that need no plan. */
export const isSmall = (entries: ReadonlyMap<string, TensorEntry>): boolean => float32Bytes(entries) <= SMALL_BYTES

/**
 * The way to hold these weights on a device.
 * @throws MemoryError with the numbers, when they do not fit
 */
export async function chooseHold(
  device: Device,
  entries: ReadonlyMap<string, TensorEntry>,
  { name, wanted, activationBytes }: { name: string; wanted: Hold | 'auto'; activationBytes: number },
): Promise<Hold> {
  if (wanted === 'auto' && isSmall(entries)) return 'packed' // the device itself refuses what does not fit
  const all = [...entries.values()]
  const needs = {
    name,
    float32Bytes: float32Bytes(entries),
    fileBytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    fileDType: mainDType(all),
    wanted: wanted === 'auto' && device.kind !== 'cpu' ? ('packed' as const) : wanted, // others copy in any case
    activationBytes,
  }
  const { budget } = await device.memory() // other sessions are put out for this one
  return planHolding(needs, { available: budget }).hold
}

/** The element type that most bytes are of. */
function mainDType(entries: readonly TensorEntry[]): DType {
  const bytes = new Map<DType, number>()
  for (const entry of entries) bytes.set(entry.dtype, (bytes.get(entry.dtype) ?? 0) + entry.bytes)
  return [...bytes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'float32'
}
