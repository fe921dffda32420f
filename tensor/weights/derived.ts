import { mkdir, readdir, rm, stat, statfs, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { DTYPE_BYTES, elementCount } from '../graph/dtype.ts'
import { cacheFolder, sweepTemporary } from './cache-folder.ts'
import { CheckpointError } from './error.ts'
import { sha256 } from './identity.ts'
import { readSafetensors, type WeightsIndex } from './safetensors.ts'
import { streamSafetensors, type Piece, type PlannedTensor } from './write-safetensors.ts'

/** Weights that are computed from others and kept on disk. */
export interface Derivation {
  /** What it is: `int8`, `lora`; the first part of the file's name. */
  readonly kind: string
  /** Everything that the content depends on, versions of the computation included: JSON. File hashes, not paths. */
  readonly from: unknown
  /** The tensors of the file. */
  readonly plan: ReadonlyMap<string, PlannedTensor>
  /** Computes them, see `streamSafetensors`. Only called when the file isn't there. */
  readonly make: () => AsyncIterable<Piece>
}

const making = new Map<string, Promise<WeightsIndex>>()

/**
 * Opens derived weights, computing them the first time. The file appears whole or not at all; two processes that need
 * it at once each compute it, and either's is right. A file that is damaged is made again. Throws CheckpointError when
 * the disk has no room for it.
 */
export function derivedWeights(derivation: Derivation): Promise<WeightsIndex> {
  const key = sha256(JSON.stringify([derivation.kind, derivation.from]))
  const path = cacheFolder('weights', `${derivation.kind}-${key.slice(0, 40)}.safetensors`)
  const known = making.get(path) ?? openOrMake(path, key, derivation).finally(() => making.delete(path))
  making.set(path, known)
  return known
}

async function openOrMake(path: string, key: string, { plan, make }: Derivation): Promise<WeightsIndex> {
  const kept = await openKept(path, key, plan)
  if (kept) return kept
  await mkdir(dirname(path), { recursive: true })
  await sweepTemporary(dirname(path))
  await makeRoom(path, bytesOf(plan))
  await streamSafetensors(path, plan, { 'kinograph.derived': key }, make())
  return readSafetensors(path)
}

/** The file when it is there and is what it should be; marked as just used. */
async function openKept(path: string, key: string, plan: Derivation['plan']): Promise<WeightsIndex | null> {
  try {
    const index = await readSafetensors(path)
    const same = [...plan].every(([name, { dtype, shape }]) => {
      const entry = index.entries.get(name)
      return entry?.dtype === dtype && entry.shape.join() === shape.join()
    })
    if (!same || index.metadata['kinograph.derived'] !== key) return null
    const now = new Date()
    await utimes(path, now, now).catch(() => undefined) // a read-only cache serves as well
    return index
  } catch (error) {
    if (error instanceof CheckpointError) return null
    throw error
  }
}

const bytesOf = (plan: Derivation['plan']): number =>
  Array.from(plan.values(), ({ dtype, shape }) => DTYPE_BYTES[dtype] * elementCount(shape)).reduce((a, b) => a + b, 0)

/** What the disk keeps free beside a derived file. */
const SPARE_BYTES = 512 * 1024 * 1024

/** Removes the longest unused derived files until `bytes` fit on the disk. Who has one open can still read it. */
async function makeRoom(path: string, bytes: number): Promise<void> {
  const folder = dirname(path)
  const old = await Promise.all(
    (await readdir(folder))
      .filter((name) => name.endsWith('.safetensors') && name !== basename(path))
      .map(async (name) => ({ name, used: (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0 })),
  )
  old.sort((a, b) => a.used - b.used)
  for (;;) {
    const free = await freeBytes(folder)
    if (free >= bytes + SPARE_BYTES) return
    const oldest = old.shift()
    if (!oldest) {
      throw new CheckpointError({
        file: path,
        problem: `needs ${bytes} bytes of disk, ${free} are free`,
        remedy: 'Free some space, or set KINOGRAPH_CACHE_DIR to a folder on a larger disk.',
      })
    }
    await rm(join(folder, oldest.name), { force: true })
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
