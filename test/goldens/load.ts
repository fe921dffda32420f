import { existsSync } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openCheckpoint, readTensor, toFloat32 } from '../../tensor/index.ts'
import type { TensorData } from '../../tensor/index.ts'
import type { GoldenCase, StoredTensor } from './case.ts'

/** Folders under `root` (itself included) that hold a case.json, links followed once, in order of path. */
export async function findCases(root: string): Promise<string[]> {
  const found: string[] = []
  const seen = new Set<string>()
  async function visit(dir: string): Promise<void> {
    const real = await realpath(dir)
    if (seen.has(real)) return
    seen.add(real)
    if (existsSync(join(dir, 'case.json'))) {
      found.push(dir)
      return
    }
    for (const name of (await readdir(dir)).sort()) {
      const path = join(dir, name)
      const entry = await stat(path).catch(() => null)
      if (entry?.isDirectory()) await visit(path)
    }
  }
  await visit(root)
  return found
}

/** JSON as Python writes it: Infinity, -Infinity and NaN are numbers outside strings. */
export function parsePythonJson(text: string): unknown {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
    token.startsWith('"') ? token : `{"$number":"${token}"}`)
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && '$number' in value ? Number(value.$number) : value)
}

function stored(tensor: TensorData): StoredTensor {
  if (tensor.data instanceof BigInt64Array) {
    return { dtype: tensor.dtype, shape: tensor.shape, data: Float64Array.from(tensor.data, Number) }
  }
  if (tensor.data instanceof Float64Array) return { dtype: tensor.dtype, shape: tensor.shape, data: tensor.data }
  return { dtype: tensor.dtype, shape: tensor.shape, data: toFloat32(tensor) }
}

async function readJson(path: string): Promise<Record<string, unknown> | null> {
  if (!existsSync(path)) return null
  const value = parsePythonJson(await readFile(path, 'utf8'))
  if (typeof value !== 'object' || value === null) throw new Error(`${path}: expected an object`)
  return value as Record<string, unknown> // an object by the check above
}

/** Read a case folder. @throws Error when case.json lacks its kind or tolerance. */
export async function loadCase(dir: string): Promise<GoldenCase> {
  const spec = await readJson(join(dir, 'case.json'))
  if (typeof spec?.kind !== 'string') throw new Error(`${dir}/case.json: "kind" is missing`)
  if (typeof spec.tolerance !== 'object') throw new Error(`${dir}/case.json: "tolerance" is missing`)
  const io = new Map<string, StoredTensor>()
  const ioPath = join(dir, 'io.safetensors')
  if (existsSync(ioPath)) {
    const { entries } = await openCheckpoint(ioPath)
    for (const [name, entry] of entries) io.set(name, stored(await readTensor(entry)))
  }
  return {
    dir,
    kind: spec.kind,
    spec: { arguments: {}, ...spec } as GoldenCase['spec'], // kind and tolerance were checked above
    config: await readJson(join(dir, 'config.json')),
    io,
    tensor(name) {
      const tensor = io.get(name)
      if (tensor === undefined) throw new Error(`${dir}/io.safetensors holds no tensor "${name}"`)
      return tensor
    },
  }
}
