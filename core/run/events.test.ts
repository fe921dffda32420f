import { describe, expect, test } from 'vitest'
import { EventStream, type RunEvent } from './events.ts'
import { stubGraph } from './testing/stub-graph.ts'

/** An event without its stamp, and with no time that differs from run to run. */
function bodyOf(event: RunEvent): object {
  const stamp = ['v', 'run', 'seq', 'at']
  const body = Object.entries(event).filter(([key]) => !stamp.includes(key))
  return Object.fromEntries(body.map(([key, value]) => [key, key === 'seconds' ? 0 : value]))
}

describe('the events of a run', () => {
  //  a ──► b ──► save (output)
  test('tell the plan, each node and the end, stamped and numbered without a gap', async () => {
    const g = stubGraph()
    g.node('a')
    g.add('b', {
      from: ['a'],
      run: (_, { progress, warn }) => {
        progress(1, 4, { stage: 'denoise' })
        progress(2, 4)
        warn('only half of it fits', { left: 3 })
        return { out: 'b' }
      },
    })
    g.add('save', {
      from: ['b'],
      output: true,
      run: (_, { ui }) => (ui({ images: [{ filename: 'x.png' }] }), ui({ text: ['ok'] }), { out: '' }),
    })
    await g.run('a')
    const ui = { images: [{ filename: 'x.png' }], text: ['ok'] }
    const { events } = await g.run()

    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index))
    expect(events.every(({ v, run, at }) => v === 1 && run === 'r1' && Math.abs(at - Date.now()) < 60_000)).toBe(true)
    expect(JSON.parse(JSON.stringify(events))).toEqual(events)
    expect(events.map(bodyOf)).toEqual([
      { type: 'run.started', plan: { run: ['b', 'save'], cached: ['a'], skipped: [] } },
      { type: 'node.cached', node: 'a', shown: 'a' },
      { type: 'node.started', node: 'b', shown: 'b' },
      { type: 'node.progress', node: 'b', shown: 'b', value: 1, max: 4, extra: { stage: 'denoise' } },
      { type: 'node.warning', node: 'b', shown: 'b', message: 'only half of it fits', details: { left: 3 } },
      { type: 'node.done', node: 'b', shown: 'b', seconds: 0 },
      { type: 'node.started', node: 'save', shown: 'save' },
      { type: 'node.done', node: 'save', shown: 'save', seconds: 0, ui },
      { type: 'run.done', seconds: 0 },
    ])
  })

  test('repeat warnings and UI results of what comes out of the cache', async () => {
    const g = stubGraph()
    g.add('save', { run: (_, { ui, warn }) => (ui({ text: ['ok'] }), warn('careful'), { out: '' }) })
    await g.run('save')
    const { events } = await g.run('save')
    expect(events.slice(1, -1)).toMatchObject([
      { type: 'node.cached', node: 'save', ui: { text: ['ok'] } },
      { type: 'node.warning', node: 'save', message: 'careful' },
    ])
  })

  test('of one node end with it: what it calls afterwards is passed over', async () => {
    const g = stubGraph()
    const late: (() => void)[] = []
    g.add('a', {
      run: (_, { progress, warn, ui, publish }) => {
        late.push(() => progress(1, 2), () => warn('late'), () => ui({ text: [] }), () => publish({ out: 'late' }))
        return { out: 'a' }
      },
    })
    g.add('b', { from: ['a'], run: () => (late.forEach((call) => call()), { out: 'b' }) })
    const { events } = await g.run('b')
    expect(events.map(({ type }) => type)).toEqual([
      'run.started', 'node.started', 'node.done', 'node.started', 'node.done', 'run.done',
    ])
  })
})

test('an event stream sends nothing after the run has ended', () => {
  const sent: RunEvent[] = []
  const stream = new EventStream('r', (event) => sent.push(event), () => 5)
  stream.emit({ type: 'run.done', seconds: 1 })
  stream.emit({ type: 'node.started', node: 'a', shown: 'a' })
  expect(sent).toEqual([{ v: 1, run: 'r', seq: 0, at: 5, type: 'run.done', seconds: 1 }])
})
