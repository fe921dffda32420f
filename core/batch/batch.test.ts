import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCsv } from './csv.ts'
import { BatchRecord, RECORD_NAME, runKeys } from './record.ts'
import { MAX_RUNS, planBatch } from './rows.ts'

const rows = (request: Partial<Parameters<typeof planBatch>[0]>) => {
  const batch = planBatch({ set: [], parameters: {}, ...request })
  return Array.from({ length: batch.count }, (_, index) => batch.row(index))
}

describe('the runs of a batch', () => {
  test('one where nothing varies', () => {
    expect(rows({ set: ['sampler.steps=3', 'seed=4', 'nonsense'], parameters: { prompt: 'a' } })).toEqual([
      { set: ['nonsense', 'sampler.steps=3'], parameters: { prompt: 'a', seed: '4' }, label: '' },
    ])
  })

  test('one for each number of a range', () => {
    expect(rows({ set: ['seed=9..11'] }).map(({ parameters }) => parameters['seed'])).toEqual(['9', '10', '11'])
    expect(rows({ set: ['sampler.seed=-1..0'] }).map(({ set }) => set)).toEqual([['sampler.seed=-1'], ['sampler.seed=0']])
  })

  test('each row of a table with each combination of ranges, the last counting fastest', () => {
    const table = parseCsv('prompt,sampler.steps\n"a ""red"", ball",3\ncube,\n', 'rows.csv')
    expect(rows({ set: ['seed=1..2', 'x.y=5..6'], table }).map(({ label }) => label)).toEqual([
      'prompt=a "red", ball, sampler.steps=3, seed=1, x.y=5', 'prompt=a "red", ball, sampler.steps=3, seed=1, x.y=6',
      'prompt=a "red", ball, sampler.steps=3, seed=2, x.y=5', 'prompt=a "red", ball, sampler.steps=3, seed=2, x.y=6',
      'prompt=cube, seed=1, x.y=5', 'prompt=cube, seed=1, x.y=6', 'prompt=cube, seed=2, x.y=5', 'prompt=cube, seed=2, x.y=6',
    ])
  })

  test.each([
    [['seed=5..1'], 'seed: expected a range that goes up, got 5..1. Write 1..5.'],
    [['a=1..1000', 'b=1..1000'], `the batch has 1000000 runs, expected at most ${MAX_RUNS}`],
    [['a=0..999999999999999'], 'the batch has 1000000000000000 runs'],
  ])('%j is refused before anything runs', (set, message) => {
    expect(() => rows({ set })).toThrow(message)
  })
})

describe('CSV', () => {
  test.each([
    ['a,b\r\n1,2\r\n\r\n3,"x\ny"\r\n', [['1', '2'], ['3', 'x\ny']]],
    ['\uFEFFa,b\n1,', [['1', '']]],
    ['a,b\n"",""', [['', '']]],
  ])('%j', (text, expected) => {
    expect(parseCsv(text, 'f').rows).toEqual(expected)
  })

  test.each([
    ['', 'f, line 1: expected names of columns'],
    ['a,a\n', 'f, line 1: two columns are called "a"'],
    ['a,b\n"x\ny",1\n1,2,3\n', 'f, line 4: expected 2 values, got 3'],
    ['a,b\n1,"2\n', 'f, line 2: a quote is opened and never closed'],
    ['a,b\n"1"2,3\n', 'f, line 2: text follows a closed quote'],
  ])('%j is refused with its line', (text, message) => {
    expect(() => parseCsv(text, 'f')).toThrow(message)
  })

  test('any table that is written is read again', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ') })
    fc.assert(fc.property(fc.array(fc.tuple(cell, cell)), (cells) => {
      const quoted = cells.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
      expect(parseCsv(['a,b', ...quoted].join('\n'), 'f').rows).toEqual(cells)
    }))
  })
})

describe('the record of a batch', () => {
  test('knows what is done, while its files are there, and survives a line that was cut off', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'batch-'))
    try {
      const batch = planBatch({ set: ['seed=1..3'], parameters: {} })
      const keys = runKeys(batch, 'the workflow')
      await writeFile(join(folder, 'a.mp4'), '')
      const record = await BatchRecord.open(folder)
      await record.add(keys[0]!, 'seed=1', [join(folder, 'a.mp4')])
      await record.add(keys[1]!, 'seed=2', [join(folder, 'gone.mp4')])
      await appendFile(join(folder, RECORD_NAME), '{"key": "half')
      const again = await BatchRecord.open(folder)
      expect(await Promise.all(keys.map((key) => again.has(key)))).toEqual([true, false, false])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('keys tell workflows and values apart, and equal rows by their number; a longer batch keeps them', () => {
    const keys = (set: string[], source = 'w') => runKeys(planBatch({ set, parameters: {} }), source)
    expect(keys(['seed=1..5']).slice(0, 3)).toEqual(keys(['seed=1..3']))
    expect(keys(['seed=1..3'], 'other')).not.toEqual(keys(['seed=1..3']))
    const equal = runKeys(planBatch({ set: [], parameters: {}, table: parseCsv('a\n1\n1\n', 'f') }), 'w')
    expect(new Set(equal).size).toBe(2)
  })
})
