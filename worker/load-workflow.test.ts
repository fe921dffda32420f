import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { framesOf, writeImage } from '../media/index.ts'
import { loadWorkflow } from './load-workflow.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kinograph-load-'))
afterAll(() => rmSync(scratch, { recursive: true }))
const workflow = { version: 1, nodes: [{ id: 'a', type: 'A' }] }
const file = (name: string, content: string | Buffer) => {
  const path = join(scratch, name)
  writeFileSync(path, content)
  return path
}
const black = framesOf(new Uint8Array(3 * 64), { count: 1, width: 8, height: 8, channels: 3, dtype: 'u8' })

test('from JSON, a JSON file, and a picture whatever it is called', async () => {
  expect(await loadWorkflow({ json: workflow })).toEqual(workflow)
  expect(await loadWorkflow({ path: file('w.json', JSON.stringify(workflow)) })).toEqual(workflow)
  const path = join(scratch, 'made.png')
  await writeImage(black, path, { metadata: { kinograph: '0', workflow } })
  expect(await loadWorkflow({ path })).toEqual(workflow)
})

test('a broken picture, one without a workflow, one with something else in it', async () => {
  const plain = join(scratch, 'plain.png')
  await writeImage(black, plain)
  await expect(loadWorkflow({ path: plain })).rejects.toThrow(`${plain}: no workflow is embedded in this file.`)
  const broken = file('broken.png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
  await expect(loadWorkflow({ path: broken })).rejects.toThrow(broken)
  const odd = join(scratch, 'odd.png')
  await writeImage(black, odd, { metadata: { kinograph: '0', workflow: { nodes: 7 } } })
  await expect(loadWorkflow({ path: odd })).rejects.toMatchObject({ problems: [{ at: odd }, { at: `${odd}, nodes` }] })
})
