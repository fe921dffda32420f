import { expect, test } from 'vitest'

import type { TensorEntry } from '../graph/entry.ts'
import { layerEntries, loadReport } from './report.ts'

const entry = (name: string, shape: readonly number[], file: string): TensorEntry => ({
  name,
  dtype: 'float32',
  shape,
  file,
  offset: 0,
  bytes: 0,
})

const file = (name: string, shapes: Readonly<Record<string, readonly number[]>>) => ({
  entries: new Map(Object.entries(shapes).map(([key, shape]) => [key, entry(key, shape, name)])),
})

test('a later file wins, new keys are added, another shape is reported and not applied', () => {
  const base = file('base', { a: [2], b: [3], c: [4] })
  const { entries, wrongShape } = layerEntries(
    base,
    file('motion', { m: [1] }),
    file('portrait', { a: [2], c: [5], m: [1] }),
  )
  expect(Object.fromEntries([...entries].map(([key, { file }]) => [key, file]))).toEqual({
    a: 'portrait',
    b: 'base',
    c: 'base',
    m: 'portrait',
  })
  expect(wrongShape).toEqual([{ name: 'c', expected: [4], found: [5], file: 'portrait' }])
})

test('a report says what matched, what is missing, what is unexpected, and which shapes are wrong', () => {
  const wanted = new Map([
    ['a', [2]],
    ['b', [3]],
    ['c', [4]],
  ])
  expect(loadReport(wanted, file('x', { c: [5], a: [2], z: [1] }).entries)).toEqual({
    matched: ['a'],
    missing: ['b'],
    unexpected: ['z'],
    wrongShape: [{ name: 'c', expected: [4], found: [5] }],
  })
})
