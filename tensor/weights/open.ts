import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import type { TensorEntry } from '../graph/entry.ts'
import { CheckpointError } from './error.ts'
import { codeOf, withFile, type WeightsFile } from './file.ts'
import { fileIdentity, type FileIdentity } from './identity.ts'
import { readSafetensors, type WeightsIndex } from './safetensors.ts'
import { isRecord, JsonRefusal, parseStrictJson } from './strict-json.ts'
import { readTorchFile } from './torch-file.ts'

/** Weights on disk: where each tensor lies, and which files these are. Nothing of the tensors is in memory. */
export interface Checkpoint {
  /** As it was asked for: a file, an index or a folder. */
  readonly path: string
  readonly files: readonly FileIdentity[]
  readonly entries: ReadonlyMap<string, TensorEntry>
  readonly metadata: Readonly<Record<string, string>>
}

/** Names under which the published folders keep weights, in the order of preference. Each may also be sharded. */
export const USUAL_NAMES: readonly string[] = [
  'diffusion_pytorch_model.safetensors',
  'model.safetensors',
  'adapter_model.safetensors',
  'pytorch_lora_weights.safetensors',
  'diffusion_pytorch_model.bin',
  'pytorch_model.bin',
  'adapter_model.bin',
  'pytorch_lora_weights.bin',
  'diffusion_pytorch_model.fp16.safetensors',
  'model.fp16.safetensors',
  'diffusion_pytorch_model.fp16.bin',
  'pytorch_model.fp16.bin',
]

const TORCH_ENDINGS = /\.(bin|pt|pth|ckpt)$/i
const WEIGHTS_ENDINGS = /\.(safetensors|bin|pt|pth|ckpt)$/i
const MAX_INDEX_BYTES = 100_000_000

/**
 * Opens weights in place: a `.safetensors`, a zip `.bin`/`.pt`/`.pth`/`.ckpt`, an `*.index.json` over shards, or a
 * folder that holds one of these under a usual name. Throws CheckpointError, which names file, key, what is wrong, what to do.
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const found = await findWeights(path)
  if (found.endsWith('.json')) return { path, ...(await openShards(found)) }
  const [index, identity] = await Promise.all([readIndex(found), fileIdentity(found)])
  return { path, files: [identity], ...index }
}

/** What lies in weights, told by their indices alone: nothing of large files is read, and nobody can tell later which they were. */
export async function listWeights(path: string): Promise<WeightsIndex & { readonly file: string }> {
  const file = await findWeights(path)
  if (!file.endsWith('.json')) return { file, ...(await readIndex(file)) }
  const { entries, metadata } = await openShards(file)
  return { file, entries, metadata }
}

/** Reads one weights file's index, by its ending. */
function readIndex(path: string): Promise<WeightsIndex> {
  if (path.toLowerCase().endsWith('.safetensors')) return readSafetensors(path)
  if (TORCH_ENDINGS.test(path)) return readTorchFile(path)
  throw new CheckpointError({
    file: path,
    problem: 'the ending of the name is none of a weights file',
    remedy: 'Give a .safetensors, .bin, .pt, .pth or .ckpt file, an index.json, or a folder with one of these.',
  })
}

/** The file that `path` means: itself, or the one of a usual name in it, a whole file before a sharded one. */
async function findWeights(path: string): Promise<string> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new CheckpointError({
      file: path,
      problem: `can't be opened (${codeOf(cause)})`,
      remedy: 'Check the path; `kinograph models` lists the places where weights are looked for.',
      cause,
    })
  })
  if (!info.isDirectory()) return path
  const names = await readdir(path)
  const usual = USUAL_NAMES.flatMap((name) => [name, `${name}.index.json`]).find((name) => names.includes(name))
  if (usual) return join(path, usual)
  const others = names.filter((name) => WEIGHTS_ENDINGS.test(name))
  if (others.length === 1) return join(path, others[0]!)
  throw new CheckpointError({
    file: path,
    problem:
      `expected a weights file of a usual name (${USUAL_NAMES.slice(0, 6).join(', ')}, …), ` +
      `found ${others.length ? others.slice(0, 8).join(', ') : 'no weights'}`,
    remedy: others.length ? 'Name the file that is meant.' : 'Put the downloaded weights there.',
  })
}

/** Opens an index of shards (`weight_map`: tensor → file beside the index). */
async function openShards(path: string): Promise<Omit<Checkpoint, 'path'>> {
  const { weightMap, fail } = await withFile(path, 'Download the index and its shards again.', readWeightMap)
  const folder = dirname(await realpath(path))
  const shardNames = [...new Set(weightMap.values())].sort()
  const shards = new Map(
    await Promise.all(
      shardNames.map(async (name) => [name, await openShard(join(folder, name), basename(path))] as const),
    ),
  )
  const entries = new Map<string, TensorEntry>()
  for (const [key, name] of weightMap) {
    const entry = shards.get(name)?.index.entries.get(key)
    if (!entry) throw fail(`the index says that it lies in ${name}, where it is not`, { key })
    entries.set(key, entry)
  }
  return { files: [...shards.values()].map((shard) => shard.identity), entries, metadata: {} }
}

async function openShard(path: string, index: string) {
  await stat(path).catch((cause: unknown) => {
    throw new CheckpointError({
      file: path,
      problem: `${index} lists this shard, it can't be opened (${codeOf(cause)})`,
      remedy: 'Download the missing shard to the same folder.',
      cause,
    })
  })
  const [opened, identity] = await Promise.all([readIndex(path), fileIdentity(path)])
  return { index: opened, identity }
}

async function readWeightMap({ read, size, fail }: WeightsFile) {
  if (size > MAX_INDEX_BYTES) throw fail(`the index has ${size} bytes, at most ${MAX_INDEX_BYTES} are read`)
  const map = weightMapOf((await read(0, size)).toString('utf8'), fail)
  const weightMap = new Map<string, string>()
  for (const [key, name] of Object.entries(map)) {
    if (typeof name !== 'string' || name !== basename(name) || !WEIGHTS_ENDINGS.test(name) || name.includes('\\')) {
      throw fail(`expected the name of a weights file in the same folder, found ${JSON.stringify(name)}`, { key })
    }
    weightMap.set(key, name)
  }
  return { weightMap, fail }
}

function weightMapOf(text: string, fail: WeightsFile['fail']): Readonly<Record<string, unknown>> {
  let index: unknown
  try {
    index = parseStrictJson(text, 8)
  } catch (cause) {
    throw fail(cause instanceof JsonRefusal ? `the index is refused: ${cause.message}` : 'the index is not JSON', {
      cause,
    })
  }
  if (isRecord(index) && isRecord(index['weight_map'])) return index['weight_map']
  throw fail('expected an object with a weight_map of tensor names to files')
}
