import { expect, test } from 'vitest'
import type { RunEventBody } from '../../../core/run/events.ts'
import { JobCourse } from './job-course.ts'

let seq = 0
const event = (body: RunEventBody) => ({ v: 1, run: 'r', seq: seq++, at: 5, ...body }) as const
const about = (node: string, shown = node) => ({ node, shown })
const said = (course: JobCourse, body: RunEventBody) => course.note(event(body)).map(({ text }) => JSON.parse(text) as { type: string; data: unknown })
const plan = { run: ['1'], cached: ['0'], skipped: [] }

test('a run in ComfyUI\'s words', () => {
  const course = new JobCourse('j')
  expect(said(course, { type: 'run.started', plan })).toEqual([
    { type: 'execution_start', data: { prompt_id: 'j', timestamp: 5 } },
    { type: 'execution_cached', data: { nodes: ['0'], prompt_id: 'j', timestamp: 5 } },
  ])
  expect(said(course, { type: 'node.cached', ...about('0'), ui: { text: ['a'] } })).toEqual([
    { type: 'executed', data: { node: '0', display_node: '0', output: { text: ['a'] }, prompt_id: 'j' } },
  ])
  expect(said(course, { type: 'node.started', ...about('1/a', '1') })).toEqual([{ type: 'executing', data: { node: '1/a', display_node: '1', prompt_id: 'j' } }])
  expect(said(course, { type: 'node.progress', ...about('1/a', '1'), value: 2, max: 4 })).toEqual([{ type: 'progress', data: { value: 2, max: 4, prompt_id: 'j', node: '1/a' } }])
  expect(course.current().map(({ text }) => JSON.parse(text))).toEqual([{ type: 'executing', data: { node: '1/a', display_node: '1', prompt_id: 'j' } }])
  expect(said(course, { type: 'node.done', ...about('1/a', '1'), seconds: 1 })).toEqual([])
  expect(course.executed).toEqual(['1/a'])
  expect(course.current()).toEqual([])
  expect(said(course, { type: 'node.warning', ...about('1'), message: 'hm' } as never)).toEqual([])
})

test('progress_state names what runs and what has moved, and nothing twice that stands still', () => {
  const course = new JobCourse('j')
  const states = () => Object.fromEntries(Object.entries((JSON.parse(course.progressState().text) as { data: { nodes: Record<string, { state: string; value: number; max: number }> } }).data.nodes).map(([node, { state, value, max }]) => [node, `${state} ${value}/${max}`]))
  said(course, { type: 'run.started', plan })
  for (const node of ['1', '2', '3']) said(course, { type: 'node.started', ...about(node) })
  said(course, { type: 'node.progress', ...about('2'), value: 3, max: 9 })
  said(course, { type: 'node.done', ...about('1'), seconds: 0 })
  expect(course.hasMoved).toBe(true)
  expect(states()).toEqual({ 1: 'finished 1/1', 2: 'running 3/9', 3: 'running 0/1' })
  expect(course.hasMoved).toBe(false)
  said(course, { type: 'node.failed', ...about('3'), error: { code: 'execution_failed', problem: 'x' } })
  said(course, { type: 'node.cancelled', ...about('2') })
  expect(states()).toEqual({ 2: 'error 3/9', 3: 'error 0/1' })
  expect(course.stopped).toBe('2')
  said(course, { type: 'run.started', plan }) // tried again
  expect([course.executed, course.stopped, course.hasMoved]).toEqual([[], undefined, false])
})
