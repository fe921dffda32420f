import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { TensorData } from '../graph/dtype.ts'
import { openCheckpoint } from './open.ts'
import { torchSave } from './torch-save.fixture.ts'
import { writeSafetensors } from './write-safetensors.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kinograph-open-'))
})
afterAll(() => rm(root, { recursive: true }))

const tensor = (...values: number[]): TensorData => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
})

let folders = 0
/** A folder with these files: tensors of a safetensors or torch file, or text. */
async function folderOf(
  files: Readonly<Record<string, Readonly<Record<string, TensorData>> | string>>,
): Promise<string> {
  const folder = join(root, String(folders++))
  await mkdir(folder)
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    if (typeof content === 'string') await writeFile(path, content)
    else if (name.endsWith('.safetensors')) await writeSafetensors(path, new Map(Object.entries(content)))
    else await writeFile(path, torchSave(content))
  }
  return folder
}

const index = (weightMap: unknown) => JSON.stringify({ metadata: { total_size: 8 }, weight_map: weightMap })

describe('a folder', () => {
  test.each([
    'diffusion_pytorch_model.safetensors',
    'model.safetensors',
    'diffusion_pytorch_model.bin',
    'pytorch_model.bin',
    'adapter_model.safetensors',
  ])('with %s', async (name) => {
    const checkpoint = await openCheckpoint(await folderOf({ [name]: { a: tensor(1) }, 'config.json': '{}' }))
    expect([...checkpoint.entries.keys()]).toEqual(['a'])
    expect(checkpoint.files).toHaveLength(1)
  })

  test('prefers safetensors to pickles', async () => {
    const { files } = await openCheckpoint(
      await folderOf({ 'pytorch_model.bin': { a: tensor(1) }, 'model.safetensors': { a: tensor(1) } }),
    )
    expect(files[0]?.path).toMatch(/model\.safetensors$/)
  })

  test('with one weights file of another name', async () => {
    const { entries } = await openCheckpoint(await folderOf({ 'easyanimate_v1_mm.safetensors': { a: tensor(1) } }))
    expect(entries.size).toBe(1)
  })

  test('with several of other names is refused, naming them', async () => {
    const folder = await folderOf({ 'x.safetensors': { a: tensor(1) }, 'y.pt': { a: tensor(1) } })
    await expect(openCheckpoint(folder)).rejects.toThrow(/found x\.safetensors, y\.pt\. Name the file that is meant/)
  })

  test('without weights is refused', async () => {
    await expect(openCheckpoint(await folderOf({ 'config.json': '{}' }))).rejects.toThrow(
      /found no weights\. Put the downloaded weights there/,
    )
  })
})

describe('shards', () => {
  test.each(['.safetensors', '.bin'])('of %s', async (ending) => {
    const [one, two] = [`model-00001-of-00002${ending}`, `model-00002-of-00002${ending}`]
    const usual = ending === '.bin' ? 'pytorch_model.bin.index.json' : 'model.safetensors.index.json'
    const folder = await folderOf({
      [one]: { a: tensor(1), b: tensor(2) },
      [two]: { c: tensor(3) },
      [usual]: index({ a: one, b: one, c: two }),
    })
    for (const path of [folder, join(folder, usual)]) {
      const { entries, files } = await openCheckpoint(path)
      expect([...entries.keys()]).toEqual(['a', 'b', 'c'])
      expect(files.map(({ path }) => path.split('/').at(-1))).toEqual([one, two])
    }
  })

  test.each([
    [
      'a shard that is not there',
      index({ a: 'gone.safetensors' }),
      /model\.safetensors\.index\.json lists this shard, it can't be opened \(ENOENT\)\. Download the missing shard/,
    ],
    [
      'a tensor that its shard lacks',
      index({ zzz: 'one.safetensors' }),
      /"zzz": the index says that it lies in one\.safetensors, where it is not/,
    ],
    [
      'a path in place of a name',
      index({ a: '../one.safetensors' }),
      /"a": expected the name of a weights file in the same folder, found "\.\.\/one\.safetensors"/,
    ],
    ['a name that is no text', index({ a: 3 }), /expected the name of a weights file in the same folder, found 3/],
    ['itself', index({ a: 'model.safetensors.index.json' }), /expected the name of a weights file/],
    ['a key twice', '{"weight_map":{"a":"one.safetensors","a":"one.safetensors"}}', /the key "a" stands twice/],
    ['no weight_map', '{}', /expected an object with a weight_map/],
    ['no JSON', '{', /the index is not JSON/],
  ])('whose index names %s are refused', async (_, text, problem) => {
    const folder = await folderOf({ 'one.safetensors': { a: tensor(1) }, 'model.safetensors.index.json': text })
    await expect(openCheckpoint(folder)).rejects.toThrow(problem)
  })
})

test('an entry names the real path, through links', async () => {
  const folder = await folderOf({ 'real.safetensors': { a: tensor(1) } })
  await symlink(join(folder, 'real.safetensors'), join(root, 'link.safetensors'))
  const { entries, path } = await openCheckpoint(join(root, 'link.safetensors'))
  expect(path).toBe(join(root, 'link.safetensors'))
  expect(entries.get('a')?.file).toMatch(/real\.safetensors$/)
})

test('another ending is refused', async () => {
  const folder = await folderOf({ 'weights.onnx': 'x' })
  await expect(openCheckpoint(join(folder, 'weights.onnx'))).rejects.toThrow(
    /the ending of the name is none of a weights file\. Give a \.safetensors/,
  )
})
