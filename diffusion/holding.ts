/** How a model's weights are held: by the memory there is, or as asked for. */
import type { Device, DType, Hold, TensorEntry } from '../tensor/index.ts'
import { availableMemory, planHolding } from '../tensor/index.ts'

/** Up to this size as float32 there is nothing to weigh up: packed runs fastest, and start-up is what is waited for. */
const SMALL_BYTES = 64 * 1024 * 1024

/**
 * How weights are to be held: one of the ways, or by the memory there is. `auto:float` and `auto:int8` are what `auto`
 * comes to where that is decided before the model is opened: floats in whichever way suits the device, or int8 if that
 * is the processor.
 */
export type HoldWish = Hold | 'auto' | 'auto:float' | 'auto:int8'

/** The file of a model may take so much of the memory as floats: the rest is for what runs take beside the weights. */
const FLOAT_SHARE = 0.75

/** Seen once: all runs of a process, and what they keep for later ones, follow one answer. */
let seen: number | undefined

/**
 * `auto` as what it comes to in this process; other wishes as they are. Results of floats and of int8 differ, so whatever
 * names a model to a cache names this.
 */
export function resolveHold(wish: HoldWish, fileBytes: number, available = (seen ??= availableMemory())): HoldWish {
  if (wish !== 'auto') return wish
  return fileBytes <= SMALL_BYTES || fileBytes <= FLOAT_SHARE * available ? 'auto:float' : 'auto:int8'
}

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
  { name, wanted, activationBytes }: { name: string; wanted: HoldWish; activationBytes: number },
): Promise<Hold> {
  const isAuto = wanted.startsWith('auto')
  if (isAuto && isSmall(entries)) return 'packed' // the device itself refuses what does not fit
  const all = [...entries.values()]
  const needs = {
    name,
    float32Bytes: float32Bytes(entries),
    fileBytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    fileDType: mainDType(all),
    wanted: isAuto && device.kind !== 'cpu' ? ('packed' as const) : WAYS[wanted], // others copy in any case
    activationBytes,
  }
  const { budget } = await device.memory() // other sessions are put out for this one
  return planHolding(needs, { available: budget }).hold
}

/** What a wish asks of the processor. */
const WAYS = {
  packed: 'packed', mapped: 'mapped', int8: 'int8', auto: 'auto', 'auto:float': 'mapped', 'auto:int8': 'int8',
} as const satisfies Record<HoldWish, Hold | 'auto'>

/** The element type that most bytes are of. */
function mainDType(entries: readonly TensorEntry[]): DType {
  const bytes = new Map<DType, number>()
  for (const entry of entries) bytes.set(entry.dtype, (bytes.get(entry.dtype) ?? 0) + entry.bytes)
  return [...bytes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'float32'
}
