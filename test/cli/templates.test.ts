/** Every workflow that comes with Kinograph, run as it is. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readMetadata } from '../../media/index.ts'
import { cli, filesBelow, root, scratchFolder } from './harness.ts'

/** What else is in the folder needs weights that don't come along: workflows.test.ts. */
const TEMPLATES = readdirSync(join(root, 'workflows')).filter((file) => file.endsWith('.json') && file !== 'easyanimate-v1.json')

test('there are at least ten', () => expect(TEMPLATES.length).toBeGreaterThanOrEqual(10))

test.each(TEMPLATES)('%s runs on the embedded model and makes files that carry it', async (file) => {
  const out = scratchFolder()
  const ended = await cli(['run', join('workflows', file), '--out', out, '--quiet'])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  const made = filesBelow(out).filter((path) => /\.\w+$/.test(path))
  expect(made.length).toBeGreaterThan(0)
  const { title } = Object((await readMetadata(join(out, made[0]!)))?.workflow)
  expect(title).toBeTruthy()
}, 60_000)

test('they are written as kinograph fmt writes them', async () => {
  expect(await cli(['fmt', '--check', ...TEMPLATES.map((file) => join('workflows', file))])).toMatchObject({ code: 0 })
})
