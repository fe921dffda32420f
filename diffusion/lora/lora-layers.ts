/** From a LoRA file's keys to whole pairs of factors. */
import { isFloat } from '../../tensor/graph/dtype.ts'
import type { TensorEntry } from '../../tensor/graph/entry.ts'
import { DiffusionError } from '../error.ts'
import { parseLoraKey, type LoraKey } from './lora-keys.ts'

/** One layer's factors. */
export interface LoraLayer extends Omit<LoraKey, 'part'> {
  readonly keys: readonly string[]
  readonly down: TensorEntry
  readonly up: TensorEntry
  readonly alpha: TensorEntry | undefined
  readonly rank: number
}

interface Parts extends Omit<LoraKey, 'part'> {
  readonly keys: string[]
  readonly found: Map<LoraKey['part'], TensorEntry>
}

/**
 * The factors in a LoRA file, layer by layer, and the keys that are no factors.
 * @throws DiffusionError when a layer's factors are not whole, or the file is a mixture.
 */
export function groupByLayer(
  path: string, entries: ReadonlyMap<string, TensorEntry>,
): { layers: LoraLayer[]; unknown: string[] } {
  const groups = new Map<string, Parts>()
  const unknown: string[] = []
  for (const [key, entry] of entries) {
    const parsed = parseLoraKey(key)
    if (!parsed) {
      unknown.push(key)
      continue
    }
    const { part, ...rest } = parsed
    const id = `${rest.family} ${rest.target} ${rest.module}`
    const group: Parts = groups.get(id) ?? { ...rest, keys: [], found: new Map() }
    if (group.found.has(part)) throw twice(path, key, group)
    group.found.set(part, entry)
    group.keys.push(key)
    groups.set(id, group)
  }
  const [factors, alphas] = partition([...groups.values()], ({ found }) => found.has('down') || found.has('up'))
  checkOneFamily(path, factors)
  const layers = factors.map((group) => complete(path, group))
  return { layers, unknown: [...unknown, ...alphas.flatMap(({ keys }) => keys)] }
}

const partition = <T>(all: readonly T[], test: (item: T) => boolean): [T[], T[]] =>
  [all.filter(test), all.filter((item) => !test(item))]

function twice(path: string, key: string, { keys }: Parts): DiffusionError {
  return new DiffusionError({
    field: `${path}, "${key}"`, expected: 'one such factor for each layer', found: `another beside ${keys.join(', ')}`,
    remedy: 'Two LoRAs were put into one file: save them apart and apply both.',
  })
}

function checkOneFamily(path: string, groups: readonly Parts[]): void {
  const [kohya, diffusers] = ['kohya', 'diffusers'].map((family) => groups.find((group) => group.family === family))
  if (!kohya || !diffusers) return
  throw new DiffusionError({
    field: path, expected: 'keys of one form',
    found: `"${kohya.keys[0]}" (kohya) and "${diffusers.keys[0]}" (diffusers)`,
    remedy: 'Two LoRAs were put into one file: save them apart and apply both.',
  })
}

/** Both halves, of one rank. */
function complete(path: string, { found, ...group }: Parts): LoraLayer {
  const [down, up, alpha] = [found.get('down'), found.get('up'), found.get('alpha')]
  const refuse = (expected: string, got: string, remedy: string) =>
    new DiffusionError({ field: `${path}, "${group.keys[0]}"`, expected, found: got, remedy })
  if (!down || !up) throw refuse('a down and an up factor', `${down ? 'down' : 'up'} alone`, 'Get the whole file.')
  const shapes = `down [${down.shape.join(', ')}], up [${up.shape.join(', ')}]`
  if (down.shape.length === 4 || up.shape.length === 4) {
    throw refuse('factors of a linear layer', `${shapes}, of a convolution`, 'Train it without the convolutions.')
  }
  const rank = up.shape[1] ?? 0
  if (down.shape.length !== 2 || up.shape.length !== 2 || down.shape[0] !== rank || rank === 0) {
    throw refuse('down [rank, in] and up [out, rank], of one rank from 1', shapes, 'The file is damaged: get it again.')
  }
  if (!isFloat(down.dtype) || !isFloat(up.dtype)) {
    throw refuse('floating-point factors', `${down.dtype}, ${up.dtype}`, 'Use the unquantised LoRA.')
  }
  return { ...group, down, up, alpha, rank }
}
