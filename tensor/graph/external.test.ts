import { mkdtemp, mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { add, mul } from '../ops/index.ts'
import { runModel, tensor } from '../ops/test-op.ts'
import type { TensorEntry } from './entry.ts'
import { commonFolder } from './external.ts'
import { Graph } from './graph.ts'

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'kinograph-external-')))
})
afterAll(() => rm(folder, { recursive: true }))

/** Floats in a file behind a header of 8 bytes. */
async function stored(path: string, numbers: number[]): Promise<TensorEntry> {
  const file = join(folder, path)
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, Buffer.concat([Buffer.alloc(8, 7), Buffer.from(Float32Array.from(numbers).buffer)]))
  return { name: path, dtype: 'float32', shape: [numbers.length], file, offset: 8, bytes: numbers.length * 4 }
}

test('weights of several folders are read where they lie', async () => {
  const a = await stored('base/a.bin', [1, 2, 3]),
    b = await stored('motion/deep/b.bin', [10, 20, 30])
  const g = new Graph()
  const x = g.input('x', 'float32', [3])
  g.output('y', add(g, mul(g, x, g.initializer('a', a)), g.initializer('b', b)))
  g.initializer('never used', a)
  const model = g.toModel()
  expect(model.externalRoot).toBe(folder)
  expect(model.weightBytes).toEqual({ file: 24, float32: 24, inline: 0 })
  const { y } = await runModel(model, { x: tensor([3], Float32Array.of(1, 1, 2)) })
  expect(y!.data).toEqual(Float32Array.of(11, 22, 36))
})

test('the common folder of files is the deepest that holds them all, at least the root', () => {
  expect(commonFolder([])).toBeNull()
  expect(commonFolder(['/a/b/x.bin'])).toBe('/a/b')
  expect(commonFolder(['/a/b/c/x.bin', '/a/b/y.bin', '/a/b/d/z.bin'])).toBe('/a/b')
  expect(commonFolder(['/a/b/x.bin', '/a/bc/x.bin'])).toBe('/a')
  expect(commonFolder(['/models/x.bin', '/home/y.bin'])).toBe('/')
})
