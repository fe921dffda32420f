import { expect, test } from 'vitest'
import type { RunEventBody } from '../core/run/events.ts'
import { paceText, ProgressView, secondsText } from './progress.ts'

const stream = (isTTY: boolean) => {
  const written: string[] = []
  return { isTTY, columns: 60, write: (text: string) => written.push(text), written }
}
const events = (bodies: readonly (RunEventBody & { at: number })[]) => bodies.map((body, seq) => ({ v: 1 as const, run: 'r', seq, ...body }))
const about = { node: 's', shown: 's' }
const run = events([
  { at: 0, type: 'node.started', ...about },
  { at: 1000, type: 'node.progress', ...about, value: 1, max: 4 },
  { at: 1500, type: 'node.progress', ...about, value: 2, max: 4 },
  { at: 2500, type: 'node.progress', ...about, value: 4, max: 4 },
  { at: 2500, type: 'node.warning', ...about, message: 'slow' },
  { at: 2600, type: 'node.done', ...about, seconds: 2.6 },
])

test('plain lines where lines cannot change', () => {
  const out = stream(false)
  const view = new ProgressView(out)
  view.know([{ id: 's', type: 'Sampler' }])
  for (const event of run) view.show(event)
  expect(out.written.join('')).toBe([
    'Sampler (node s): 1 of 4',
    'Sampler (node s): 4 of 4, 0.50 s/step, 0.00 s left',
    'warning: Sampler (node s): slow',
    'Sampler (node s): done in 2.6 s',
    '',
  ].join('\n'))
})

test('one line that changes in a terminal, cut to its width', () => {
  const out = stream(true)
  const view = new ProgressView(out)
  for (const event of run.slice(0, 3)) view.show(event)
  expect(out.written[2]).toBe('\r\x1b[2Knode s [############------------] 2 of 4, 0.50 s/step, 1.0 ')
  view.finish()
  view.finish()
  expect(out.written.slice(3)).toEqual(['\r\x1b[2K'])
})

//  loop ( b ) ──► save        b blocks; each round expands into the next
test('of a loop its own time is told once, and which node inside it blocked', () => {
  const out = stream(false)
  const view = new ProgressView(out)
  view.know([{ id: 'loop', type: 'WhileEnd' }, { id: 'save', type: 'SaveImage' }])
  const inside = (node: string) => ({ node, shown: 'loop' })
  for (const event of events([
    { at: 0, type: 'node.expanded', ...inside('loop'), nodes: [{ node: 'loop.0', type: 'WhileRound' }] },
    { at: 0, type: 'node.expanded', ...inside('loop.0'), nodes: [{ node: 'loop.0.b', type: 'Choose' }] },
    { at: 0, type: 'node.done', ...inside('loop.0.b'), seconds: 0.2 },
    { at: 0, type: 'node.done', ...inside('loop.0'), seconds: 0.3 },
    { at: 0, type: 'node.done', ...inside('loop'), seconds: 0.4 },
    { at: 0, type: 'node.skipped', node: 'save', shown: 'save', by: inside('loop.0.b'), message: 'no face' },
  ])) view.show(event)
  expect(out.written.join('')).toBe([
    'WhileEnd (node loop): done in 0.20 s',
    'WhileEnd (node loop): done in 0.40 s',
    'skipped: SaveImage (node save): blocked by WhileEnd (node loop), inside it Choose (node loop.0.b): no face',
    '',
  ].join('\n'))
})

test('the first report says no pace: it holds the loading of the model too', () => {
  expect(paceText({ first: { value: 1, at: 0 }, value: 1, max: 20, at: 0 })).toBe('1 of 20')
  expect(paceText({ first: { value: 1, at: 0 }, value: 11, max: 21, at: 3100 })).toBe('11 of 21, 0.31 s/step, 3.1 s left')
})

test('durations', () => {
  expect([0.042, 3.21, 12.4, 119.6, 125, 3600].map(secondsText)).toEqual(['0.04 s', '3.2 s', '12 s', '120 s', '2 min 5 s', '60 min 0 s'])
})
