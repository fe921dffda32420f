/** Batches on the command line: runs for ranges and tables, skipped where they are done. */
import { existsSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli, scratchFolder } from './harness.ts'

/** A workflow that makes a picture of one color: no model is loaded. */
function pictureWorkflow(folder: string): string {
  const file = join(folder, 'workflow.json')
  writeFileSync(file, JSON.stringify({
    version: 1,
    parameters: [{ name: 'color', node: 'image', input: 'color' }],
    nodes: [
      { id: 'image', type: 'EmptyImage', inputs: { width: 16, height: 16, batch_size: 1, color: 0 } },
      { id: 'save', type: 'SaveImage', inputs: { images: { from: 'image', output: 'IMAGE' }, filename_prefix: 'p' } },
    ],
  }))
  return file
}
const pictures = (folder: string) => readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.png'))

test('a range makes a run for each number; what is done is skipped, what is gone is made again', async () => {
  const folder = scratchFolder()
  const args = ['run', pictureWorkflow(folder), '--set', 'color=1..3', '--out', join(folder, 'out')]
  const first = await cli(args)
  expect([first.code, pictures(folder).length]).toEqual([0, 3])
  expect(first.stderr).toMatch(/^3 runs\.\nRun 1 of 3: color=1\n/)

  const again = await cli([...args.slice(0, 3), 'color=1..4', ...args.slice(4)])
  expect([again.code, pictures(folder).length]).toEqual([0, 4])
  expect(again.stderr).toMatch(/^4 runs, 3 of them done already \(.*kinograph-batch\.jsonl\)\.\nRun 4 of 4: color=4\n/)

  unlinkSync(join(folder, 'out', pictures(folder)[0]!))
  expect((await cli(args)).stderr).toContain('3 runs, 2 of them done already')
  expect(pictures(folder)).toHaveLength(4)
})

test('a table makes a run for each row, with parameters and inputs as columns', async () => {
  const folder = scratchFolder()
  const csv = join(folder, 'rows.csv')
  writeFileSync(csv, 'color,save.filename_prefix\r\n1,"a, b"\r\n2,c\r\n')
  const { code, stdout } = await cli(['run', pictureWorkflow(folder), '--csv', csv, '--out', join(folder, 'out'), '--json'])
  expect(code).toBe(0)
  const lines = stdout.trim().split('\n').map((line): unknown => JSON.parse(line))
  expect(lines[0]).toEqual({ type: 'batch.started', runs: 2, done: 0 })
  expect(pictures(folder).map((name) => name.replace(/_\d+.*/, '')).sort()).toEqual(['a, b', 'c'])
})

test.each([
  [['--set', 'color=5..1'], 'error: color: expected a range that goes up, got 5..1. Write 1..5.'],
  [['--set', 'color=0..999999999'], 'error: the batch has 1000000000 runs, expected at most 100000.'],
  [['--csv', '/none.csv'], 'error: /none.csv: the file can\'t be read.'],
  [['--set', 'colour=1..2'], 'error: the workflow has no parameter "colour". Did you mean "color"?'],
])('%j is refused before anything runs', async (extra, message) => {
  const folder = scratchFolder()
  const { code, stderr } = await cli(['run', pictureWorkflow(folder), '--out', join(folder, 'out'), ...extra])
  expect(code).toBe(2)
  expect(stderr).toContain(message)
  expect(existsSync(join(folder, 'out'))).toBe(false)
})
