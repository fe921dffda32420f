import { describe, expect, test } from 'vitest'
import { stubGraph } from './testing/stub-graph.ts'

describe('a run', () => {
  //  load ──► scale ──► save          crop feeds nothing that was asked for
  //   └─────► crop
  test('runs only what the requested output needs', async () => {
    const g = stubGraph()
    const load = g.node('load')
    const scale = g.node('scale', load)
    const save = g.node('save', scale)
    const crop = g.node('crop', load)

    const run = await g.run(save)

    expect(run.status).toBe('done')
    expect(run.value(save)).toBe('save(scale(load))')
    expect(run.executed).toEqual([load, scale, save])
    expect(run.plan).toEqual({ run: [load, scale, save], cached: [], skipped: [crop] })
  })

  //  load ──► scale ──► save
  test('takes what it knows out of the cache', async () => {
    const g = stubGraph()
    const load = g.node('load')
    const scale = g.add('scale', { from: [load], values: { times: 2 } })
    const save = g.node('save', scale)
    await g.run(save)

    const again = await g.run(save)
    expect(again.executed).toEqual([])
    expect(again.cached).toEqual([load, scale, save])
    expect(again.value(save)).toBe('save(scale(load, 2))')

    g.set(scale, 'times', 3)
    const changed = await g.run(save)
    expect(changed.executed).toEqual([scale, save])
    expect(changed.cached).toEqual([load])
    expect(changed.value(save)).toBe('save(scale(load, 3))')
  })
})
