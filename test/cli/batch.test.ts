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
  [['--set', 'colour=1..2'], 'error: run 1 (colour=1): the workflow has no parameter "colour". Did you mean "color"?'],
  [['--set', 'image.width=14..17', '--set', 'image.color=16777215..16777216'], 'error: run 2 (image.width=14, image.color=16777216): EmptyImage (node image), input "color": '],
])('%j is refused before anything runs', async (extra, message) => {
  const folder = scratchFolder()
  const { code, stderr } = await cli(['run', pictureWorkflow(folder), '--out', join(folder, 'out'), ...extra])
  expect(code).toBe(2)
  expect(stderr).toContain(message)
  expect(existsSync(join(folder, 'out'))).toBe(false)
})

test('validate looks at each row, and names the one that is wrong', async () => {
  const file = pictureWorkflow(scratchFolder())
  const good = await cli(['validate', file, '--set', 'color=1..3'])
  expect([good.code, good.stdout]).toEqual([0, `${file} may run, all 3 times.\n`])
  const bad = await cli(['validate', file, '--set', 'image.width=0..2', '--json'])
  expect(bad.code).toBe(2)
  expect(JSON.parse(bad.stdout)).toMatchObject({
    valid: false, rows: [{ row: 'image.width=0', valid: false, problems: [{ input: 'width' }] }, { row: 'image.width=1', valid: true }, { row: 'image.width=2', valid: true }],
  })
})

test('plan sums over the rows: what they have in common is made once', async () => {
  const folder = scratchFolder()
  const args = ['plan', pictureWorkflow(folder), '--set', 'save.filename_prefix=1..3', '--cache-dir', folder]
  const { code, stdout } = await cli([...args, '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, running: 4, cached: 2, rows: [{ row: 'save.filename_prefix=1', ok: true }, {}, {}] })
  expect((await cli(args)).stdout).toContain('\n3 runs: 4 nodes to run, 2 cached or made by a run before;')
})

test('explain tells of each row', async () => {
  const folder = scratchFolder()
  const { code, stdout } = await cli(['explain', pictureWorkflow(folder), '--set', 'color=1..2', '--cache-dir', folder])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^run 1 \(color=1\):\nEmptyImage \(node image\) +runs .*\n[^]*\nrun 2 \(color=2\):\n/)
})
