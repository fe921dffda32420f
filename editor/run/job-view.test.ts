import { expect, test } from 'vitest'
import type { RunEventBody } from '../../core/run/events.ts'
import type { JobSnapshot } from '../../server/client/index.ts'
import { JobCourse } from './job-course.ts'
import { viewOf } from './job-view.ts'
import { aJob, began, courseOf, finished, planned, ran, stepped } from './testing/events.ts'

const parts = (now: number) => ({ previews: [], now, secondsOf: () => undefined, addressOf: ({ root, path }: { root: string; path: string }) => `/${root}/${path}` })
const seen = (course: JobCourse, now: number) => Object.fromEntries(viewOf(course, parts(now)).activity)
const TYPES = { load: 'LoadDiT', sampler: 'Sampler', save: 'SaveVideo' }

//  load ──► sampler ──► save
test.each<[name: string, events: readonly RunEventBody[], activity: object]>([
  ['nothing is known before the plan', [], {}],
  ['what is planned waits, what is known is there', [planned(['sampler', 'save'], ['load'])], { load: { state: 'cached' }, sampler: { state: 'waiting' }, save: { state: 'waiting' } }],
  ['a node that has begun works', [planned(['sampler']), began('sampler')], { sampler: { state: 'running' } }],
  ['it says its step', [planned(['sampler']), began('sampler'), stepped('sampler', 5, 20)], { sampler: { state: 'running', share: 0.25, text: 'step 5 of 20' } }],
  ['and what is left, once two steps were timed', [began('sampler'), stepped('sampler', 5, 20), stepped('sampler', 6, 20)], { sampler: { state: 'running', share: 0.3, text: 'step 6 of 20, 14 s left' } }],
  ['done', [began('load'), finished('load')], { load: { state: 'done' } }],
  ['a node of the file that was known only when it was reached', [{ type: 'node.cached', node: 'load', shown: 'load' }], { load: { state: 'cached' } }],
  ['failed, with why', [began('save'), { type: 'node.failed', node: 'save', shown: 'save', error: { code: 'execution_failed', node: { id: 'save', type: 'SaveVideo' }, problem: 'the disk is full', remedy: 'Free some space.' } }],
    { save: { state: 'failed', message: 'SaveVideo (node save): the disk is full. Free some space.' } }],
  ['skipped, with why', [{ type: 'node.skipped', node: 'save', shown: 'save', by: { node: 'load', shown: 'load' }, message: 'no face was found' }], { save: { state: 'skipped', message: 'no face was found' } }],
  ['cancelled', [began('sampler'), { type: 'node.cancelled', node: 'sampler', shown: 'sampler' }], { sampler: { state: 'cancelled' } }],
  ['a warning stays with the node', [began('load'), { type: 'node.warning', node: 'load', shown: 'load', message: 'half of the keys fit' }, finished('load')], { load: { state: 'done', message: 'half of the keys fit' } }],
  ['an output that can\'t be made says why', [{ type: 'run.dropped', outputs: [{ node: 'save', problems: [0] }], problems: [{ code: 'required_input_missing', node: { id: 'save', type: 'SaveVideo' }, input: 'video', problem: 'it is missing' }] }],
    { save: { state: 'failed', message: 'SaveVideo (node save), input "video": it is missing.' } }],
  ['items of a list are counted', [{ type: 'node.progress', node: 'sampler', shown: 'sampler', value: 1, max: 4, extra: { item: 1, items: 3 } }], { sampler: { state: 'running', share: 0.25, text: 'item 2 of 3, step 1 of 4' } }],
])('%s', (_, events, activity) => {
  expect(seen(courseOf(TYPES, events), events.length * 1000)).toEqual(activity)
})

test('a long step counts down although nothing is heard', () => {
  const course = courseOf(TYPES, [began('sampler'), stepped('sampler', 1, 3), { ...stepped('sampler', 2, 3), at: 62_000 }])
  expect(seen(course, 62_000)['sampler']?.text).toBe('step 2 of 3, 1 min 0 s left')
  expect(seen(course, 82_000)['sampler']?.text).toBe('step 2 of 3, 40 s left')
})

test('the server\'s clock counts, not that of this machine', () => {
  const course = courseOf(TYPES, [began('sampler'), stepped('sampler', 1, 3)])
  course.apply(ran({ ...stepped('sampler', 2, 3), at: 12_000 }), 9_000_000)
  expect(seen(course, 9_004_000)['sampler']?.text).toBe('step 2 of 3, 6 s left')
})

//  outer: a ──► b       seen from above as one node
test('nodes of a subgraph are one node from above, and themselves within', () => {
  const events = [planned(['outer/a', 'outer/b', 'save']), began('outer/a', 'outer'), finished('outer/a', 'outer'), began('outer/b', 'outer'), stepped('outer/b', 1, 2, 'outer')]
  const view = viewOf(courseOf({ outer: 'subgraph:x', save: 'SaveVideo' }, events), parts(5000))
  expect(Object.fromEntries(view.activity)).toEqual({ outer: { state: 'running', share: 0.75, text: 'step 1 of 2' }, save: { state: 'waiting' } })
  expect(Object.fromEntries(view.inside(['outer']).activity)).toEqual({ a: { state: 'done' }, b: { state: 'running', share: 0.5, text: 'step 1 of 2' } })
  expect(Object.fromEntries(view.inside(['outer', 'a']).activity)).toEqual({})
  expect(view.inside([]).activity).toEqual(view.activity)
})

test('between two nodes of a subgraph it still works', () => {
  const events = [planned(['outer/a', 'outer/b']), began('outer/a', 'outer'), finished('outer/a', 'outer')]
  expect(seen(courseOf({ outer: 'subgraph:x' }, events), 3000)).toEqual({ outer: { state: 'running', share: 0.5 } })
})

test('nodes of an expansion are their node\'s until that is done itself', () => {
  const events: RunEventBody[] = [planned(['loop']), began('loop'), { type: 'node.expanded', node: 'loop', shown: 'loop', nodes: [{ node: 'loop/1', type: 'Add' }] }, began('loop/1', 'loop'), finished('loop/1', 'loop')]
  expect(seen(courseOf({ loop: 'Loop' }, events), 5000)['loop']?.state).toBe('running')
  expect(seen(courseOf({ loop: 'Loop' }, [...events, finished('loop')]), 6000)['loop']).toEqual({ state: 'done' })
})

test('what is shown becomes pictures, videos and texts of this server', () => {
  const done = (node: string, ui: object): RunEventBody => ({ type: 'node.done', node, shown: node.split('/')[0]!, seconds: 1, ui } as RunEventBody)
  const course = courseOf({ save: 'SaveVideo', images: 'SaveImage', text: 'PreviewAny', odd: 'Odd', outer: 'subgraph:x', decode: 'VAEDecode', 'preview of decode.IMAGE': 'PreviewImage' }, [
    done('save', { images: [{ filename: 'video_00001.mp4', subfolder: 'a b', type: 'output' }], animated: [true] }),
    done('images', { images: [{ filename: '1.png', subfolder: '', type: 'output' }, { filename: '2.png', type: 'temp' }] }),
    done('text', { text: ['one', 2] }),
    done('odd', { images: ['x', null, { filename: 7 }], other: [1] }),
    done('outer/save', { images: [{ filename: 'in.webp', subfolder: '', type: 'output' }], animated: [true] }),
    done('preview of decode.IMAGE', { images: [{ filename: 'p.png', subfolder: '', type: 'temp' }] }),
  ])
  const view = viewOf(course, parts(0))
  expect(Object.fromEntries(view.media)).toEqual({
    save: { kind: 'video', url: '/output/a b/video_00001.mp4' },
    images: { kind: 'image', urls: ['/output/1.png', '/temp/2.png'] },
    text: { kind: 'text', text: 'one\n2' },
    outer: { kind: 'image', urls: ['/output/in.webp'] },
    decode: { kind: 'image', urls: ['/temp/p.png'] },
  })
  expect(viewOf(course, parts(9)).media.get('images')).toBe(view.media.get('images'))
  expect(Object.fromEntries(view.inside(['outer']).media)).toEqual({ save: { kind: 'image', urls: ['/output/in.webp'] } })
  expect(view.activity.has('preview of decode.IMAGE')).toBe(false)
  expect([view.uiAt(['outer', 'save']), view.uiAt(['outer']), view.uiAt(['decode'])].map(({ images }) => images)).toEqual([
    [{ filename: 'in.webp', subfolder: '', type: 'output' }], [{ filename: 'in.webp', subfolder: '', type: 'output' }], [{ filename: 'p.png', subfolder: '', type: 'temp' }],
  ])
})

test('previews are drawn in their node until it shows something for good', () => {
  const media = { kind: 'frames', frames: [], fps: 8, width: 64, height: 64 } as const
  const course = courseOf(TYPES, [began('sampler')])
  const view = viewOf(course, { ...parts(0), previews: [{ node: 'outer/s', shown: 'outer', media }, { node: 'sampler', shown: 'sampler', media }] })
  expect([...view.media.keys()]).toEqual(['outer', 'sampler'])
  expect(view.inside(['outer']).media.get('s')).toBe(media)
})

test('an attempt that is repeated begins anew', () => {
  const course = courseOf(TYPES, [planned(['sampler']), began('sampler'), stepped('sampler', 7, 20)])
  course.apply({ type: 'job.changed', job: aJob({ state: 'queued' }) }, 0)
  expect(seen(course, 0)).toEqual({})
  course.apply({ type: 'job.started', job: aJob({ attempts: 2 }) }, 0)
  course.apply(ran(planned(['sampler'])), 0)
  expect(seen(course, 0)).toEqual({ sampler: { state: 'waiting' } })
})

test('a job that ended says what its result says, and nothing works or waits in it any more', () => {
  const course = courseOf(TYPES, [planned(['sampler', 'save']), began('sampler')])
  course.apply({ type: 'job.ended', job: aJob({ state: 'cancelled', ended: 9 }) }, 0)
  expect(seen(course, 0)).toEqual({ sampler: { state: 'cancelled' } })
  expect(viewOf(course, parts(0)).current).toBeUndefined()
})

test('a job of the history is drawn from its result', () => {
  const result = {
    seconds: 3, files: [], outputs: [], ran: 2, cached: ['load'], seeds: [{ node: 'sampler', input: 'seed', value: 9 }], prompts: [], made: { engine: '1', node: '24', device: 'cpu' },
    nodes: [{ node: 'save', shown: 'save', state: 'done', ui: { images: [{ filename: 'v.mp4', subfolder: '', type: 'output' }] } }, { node: 'other', shown: 'other', state: 'failed' }],
  } as const
  const problem = { code: 'execution_failed', node: { id: 'other', type: 'Other' }, problem: 'it broke' } as const
  const view = viewOf(new JobCourse(aJob({ state: 'failed', ended: 5, problem }), result), parts(0))
  expect(Object.fromEntries(view.activity)).toEqual({ load: { state: 'cached' }, save: { state: 'done' }, other: { state: 'failed', message: 'Other (node other): it broke.' } })
  expect(view.media.get('save')).toEqual({ kind: 'video', url: '/output/v.mp4' })
  expect(view.seeds).toEqual(result.seeds)
  expect(view.problem).toBe(problem)
})

test('a snapshot and the events before it give the same picture', () => {
  const ui = { text: ['seen'] }
  const course = courseOf({ ...TYPES, text: 'PreviewAny', outer: 'subgraph:x' }, [
    planned(['text', 'sampler', 'save', 'outer/a', 'outer/b'], ['load']), { type: 'node.cached', node: 'load', shown: 'load' },
    began('text'), { type: 'node.done', node: 'text', shown: 'text', seconds: 0, ui }, began('outer/a', 'outer'), finished('outer/a', 'outer'),
    { type: 'node.skipped', node: 'outer/b', shown: 'outer', by: { node: 'text', shown: 'text' }, message: 'nothing to do' }, began('sampler'), stepped('sampler', 7, 20),
  ])
  const snapshot: JobSnapshot = {
    job: aJob(), nodes: Object.entries({ ...TYPES, text: 'PreviewAny', outer: 'subgraph:x' }).map(([id, type]) => ({ id, type })),
    plan: { run: ['text', 'sampler', 'save', 'outer/a', 'outer/b'], cached: ['load'], skipped: [] }, done: ['text', 'outer/a'], cached: ['load'],
    running: [{ node: 'sampler', shown: 'sampler', value: 7, max: 20 }], ui: { text: ui }, warnings: [], skipped: [{ node: 'outer/b', shown: 'outer', message: 'nothing to do' }],
  }
  const [live, again] = [course, JobCourse.from(snapshot)].map((one) => viewOf(one, parts(9000)))
  expect(again!.activity).toEqual(live!.activity)
  expect(again!.media).toEqual(live!.media)
  expect(again!.inside(['outer']).activity).toEqual(live!.inside(['outer']).activity)
  expect(again!.current).toEqual(live!.current)
})
