/** What runs of a workflow: up to a node, the sound part, all or nothing; and a loop, drawn in a file. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli, scratchFolder } from './harness.ts'

const folder = scratchFolder()

/** Writes a workflow down; gives its path. */
function saved(name: string, nodes: Readonly<Record<string, object>>): string {
  const path = join(folder, `${name}.json`)
  const list = Object.entries(nodes).map(([id, { type, mode, ...inputs }]: [string, { type?: string; mode?: string }]) => {
    return { id, type, ...(mode && { mode }), inputs }
  })
  writeFileSync(path, JSON.stringify({ version: 1, nodes: list }))
  return path
}

interface Told { readonly type: string; readonly node?: string; readonly ui?: { readonly text?: readonly string[] } }
const eventsOf = (stdout: string) => stdout.trim().split('\n').map((line) => JSON.parse(line) as Told)
const run = (path: string, ...args: string[]) => cli(['run', path, '--json', '--out', join(folder, 'out'), ...args])

//  text ──► trim ──► show          bad (no source)
const half = saved('half', {
  text: { type: 'PrimitiveString', value: ' a ' },
  trim: { type: 'StringTrim', string: { from: 'text', output: 'STRING' } },
  show: { type: 'PreviewAny', source: { from: 'trim', output: 'STRING' } },
  bad: { type: 'PreviewAny' },
})

test('--until NODE shows what came out there: values by name, pictures as files, others in words', async () => {
  const { code, stdout } = await cli(['run', half, '--until', 'trim', '--until', 'text'])
  expect([code, stdout]).toEqual([0, 'text-STRING: " a "\ntrim-STRING: "a"\n'])
  const picture = saved('picture', {
    empty: { type: 'EmptyImage', width: 32, height: 16, batch_size: 1, color: 255 },
    video: { type: 'CreateVideo', images: { from: 'empty', output: 'IMAGE' }, fps: 8 },
  })
  const shown = await cli(['run', picture, '--until', 'empty'])
  const path = shown.stdout.trim()
  expect([shown.code, path]).toEqual([0, expect.stringMatching(/preview_[0-9a-f-]{36}\.png$/)])
  expect(existsSync(path)).toBe(true)
  const video = await cli(['run', picture, '--until', 'video'])
  expect([video.code, video.stdout]).toEqual([0, expect.stringMatching(/^video-VIDEO: ".*32.*16.*8 frames per second"\n$/)])
})

test('--until NODE runs up to it and no further', async () => {
  const { code, stdout } = await run(half, '--until', 'trim')
  const done = eventsOf(stdout).filter(({ type }) => type === 'node.done').map(({ node }) => node)
  expect([code, done]).toEqual([0, ['text', 'trim']])
  const wrong = await cli(['run', half, '--until', 'trimm'])
  expect([wrong.code, wrong.stderr]).toMatchObject([2, expect.stringContaining('Did you mean "trim"?')])
})

test('what is sound runs, what is not is told, and the run counts as failed; --strict runs nothing', async () => {
  const { code, stdout } = await run(half)
  const events = eventsOf(stdout)
  expect([code, events.find(({ type }) => type === 'run.dropped')]).toMatchObject([1, { outputs: [{ node: 'bad' }] }])
  expect(events.find(({ node, type }) => node === 'show' && type === 'node.done')?.ui).toEqual({ text: ['a'] })
  const strict = await run(half, '--strict')
  expect([strict.code, eventsOf(strict.stdout).map(({ type }) => type)]).toEqual([2, ['run.failed']])
})

//  start ─carried─► join ─► end ─► show          (muted) ──► other
test('a loop drawn in a file, beside a muted node', async () => {
  const loop = saved('loop', {
    start: { type: 'Repeat', times: 3, initial: 'x' },
    join: { type: 'StringConcatenate', string_a: { from: 'start', output: 'carried' }, string_b: 'y', delimiter: '-' },
    end: { type: 'RepeatEnd', loop: { from: 'start', output: 'loop' }, carry: { from: 'join', output: 0 } },
    show: { type: 'PreviewAny', source: { from: 'end', output: 'carried' } },
    silent: { type: 'PreviewAny', mode: 'mute' },
  })
  const { code, stdout } = await run(loop)
  expect([code, eventsOf(stdout).find(({ node, type }) => node === 'show' && type === 'node.done')?.ui]).toEqual([0, { text: ['x-y-y-y'] }])
})
