import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { JobRequest } from '../job/job.ts'
import { Busy } from './busy.ts'
import { stepping, testQueue, trivial } from './testing/test-queue.ts'

vi.setConfig({ testTimeout: 120_000 })

const origin = { api: 'kinograph' } as const
const of = (...nodes: Workflow['nodes']): JobRequest => ({ workflow: { version: 1, nodes } })

test('a sound workflow passes without asking a worker; what is set by name is in it', async () => {
  const t = await testQueue()
  await t.desk.definitions()
  const ask = vi.spyOn(t.desk, 'ask')
  const parameters: Workflow['parameters'] = [{ name: 'number', node: '1', input: 'value' }]
  const checked = await t.admission.check({ workflow: { ...trivial(1), parameters }, parameters: { number: 42 } }, origin)
  expect(checked).toMatchObject({ problems: [], good: ['2'], bad: [] })
  expect(checked.workflow.nodes[0]?.inputs).toEqual({ value: 42 })
  expect(ask).not.toHaveBeenCalled()
})

test('all that is wrong is told, with what can be made all the same', async () => {
  const t = await testQueue()
  const { problems, good, bad } = await t.admission.check(of(
    ...trivial().nodes,
    { id: '3', type: 'PreviewAny' },
    { id: '4', type: 'ClampNumber', inputs: { value: 'x' } },
    { id: '5', type: 'PreviewAny', inputs: { source: { from: '4', output: 0 } } },
  ), origin)
  expect([good, bad]).toEqual([['2'], ['3', '5']])
  expect(new Set(problems.map(({ node }) => node?.id))).toEqual(new Set(['3', '4']))
})

test('nodes that nobody has are named, and nothing is left that could be made', async () => {
  const t = await testQueue()
  const { problems, good } = await t.admission.check(of({ id: '1', type: 'KSamplerOfSomebody' }, { id: '2', type: 'PreviewAny', inputs: { source: { from: '1', output: 0 } } }), origin)
  expect(problems).toMatchObject([{ code: 'missing_node_type', node: { type: 'KSamplerOfSomebody' } }])
  expect(good).toEqual([])
})

test('what only a worker knows is asked of it: the hooks of nodes', async () => {
  const t = await testQueue()
  const check = (word: string) => t.admission.check(of({ id: '1', type: 'TestHook', inputs: { word } }, ...trivial().nodes.map((node) => ({ ...node, id: `9${node.id}`, ...(node.inputs?.['source'] !== undefined && { inputs: { source: { from: '91', output: 0 } } }) }))), origin)
  expect(await check('good')).toMatchObject({ problems: [], good: ['1', '92'] })
  expect(await check('bad')).toMatchObject({ problems: [{ code: 'custom_validation_failed', node: { id: '1' } }], good: ['92'], bad: ['1'] })
})

test('a file that came after the worker was asked for its choices is found', async () => {
  const t = await testQueue()
  await t.desk.definitions()
  mkdirSync(t.config.folders.input, { recursive: true })
  await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } }).png().toFile(join(t.config.folders.input, 'new.png'))
  writeFileSync(join(t.config.folders.input, 'note.txt'), 'x')
  const load = (image: string) => t.admission.check(of({ id: '1', type: 'LoadImage', inputs: { image } }, { id: '2', type: 'PreviewImage', inputs: { images: { from: '1', output: 0 } } }), origin)
  expect(await load('new.png')).toMatchObject({ problems: [], good: ['2'] })
  expect((await load('missing.png')).good).toEqual([])
})

test('targets, cycles and overrides that are wrong are told', async () => {
  const t = await testQueue()
  expect(await t.admission.check({ ...of(...trivial().nodes), targets: ['7'] }, origin)).toMatchObject({ problems: [{ code: 'unknown_node' }], good: [] })
  expect(await t.admission.check({ ...of(...trivial().nodes), targets: ['1'] }, origin)).toMatchObject({ problems: [], good: ['1'] })
  expect(await t.admission.check({ ...of(...trivial().nodes), set: ['1.nothing=2'] }, origin)).toMatchObject({ problems: [{ code: 'unknown_input' }], good: [] })
  const ring = of({ id: '1', type: 'Reroute', inputs: { '': { from: '2', output: 0 } } }, { id: '2', type: 'PreviewText', inputs: { text: { from: '2', output: 0 } } })
  expect((await t.admission.check(ring, origin)).problems.some(({ code }) => code === 'dependency_cycle')).toBe(true)
})

test('a question that a worker does not answer in time says when to ask again', async () => {
  const t = await testQueue({ cancelGrace: 1 })
  const id = await t.put(stepping('block', t.path('counter')))
  await t.started(id)
  await expect(t.desk.ask({ type: 'plugins', id: 'q1' }, 0.3)).rejects.toThrow(Busy)
  await t.queue.cancel(id)
  await t.ended(id)
  const { plugins } = await t.desk.ask({ type: 'plugins', id: 'q2' }, 30)
  expect(plugins).toMatchObject([{ name: 'queue-tests', status: 'loaded' }])
})

test('a job whose hook kills the worker before anything runs is put away after a while, and the queue goes on', async () => {
  const t = await testQueue()
  const deadly = await t.put(of({ id: '1', type: 'TestHook', inputs: { word: 'deadly' } }).workflow)
  const after = await t.put(trivial())
  expect(await t.ended(deadly)).toMatchObject({ state: 'quarantined' })
  expect(await t.ended(after)).toMatchObject({ state: 'done', attempts: 1, deaths: 0 })
})

test('each device has a worker of its own: jobs of two run side by side, and one that hangs holds up its own only', async () => {
  const t = await testQueue({ devices: ['cpu', 'webgpu'], cancelGrace: 1 })
  const hanging = await t.put(stepping('block', t.path('counter')), { request: { device: 'webgpu' } })
  await t.started(hanging)
  const held = await t.put(trivial(), { request: { device: 'webgpu' } })
  const free = await t.put(trivial(), { request: { device: 'cpu' } })
  const any = await t.put(trivial())
  for (const id of [free, any]) expect(await t.ended(id)).toMatchObject({ state: 'done' })
  expect((await t.store.get(free))?.result?.made.device).toBe('cpu')
  expect([t.queue.running().map(({ id }) => id), t.queue.waiting(9).map(({ id }) => id)]).toEqual([[hanging], [held]])
  await t.queue.cancel(hanging)
  expect(await t.ended(held)).toMatchObject({ state: 'done', device: 'webgpu' })
  expect((await t.store.get(held))?.result?.made.device).toBe('webgpu')
})
