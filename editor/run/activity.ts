/** Nodes of a run as a canvas shows them: several that lie in one node that the person sees become one. */
import { t } from '../i18n/index.ts'
import type { NodeActivity } from '../graph/canvas.ts'
import type { NodeCourse } from './node-course.ts'
import { secondsUntil } from './pace.ts'
import { timeText } from './time-text.ts'

/** A node of a run in the place where it is drawn. */
export interface PlacedNode {
  /** Of the node that it is drawn in. */
  readonly at: string
  readonly course: NodeCourse | 'waiting'
}

/** What is drawn, by node. @param now in the server's milliseconds */
export function activities(nodes: Iterable<PlacedNode>, now: number): ReadonlyMap<string, NodeActivity> {
  const groups = new Map<string, (NodeCourse | 'waiting')[]>()
  for (const { at, course } of nodes) {
    const group = groups.get(at)
    if (group) group.push(course)
    else groups.set(at, [course])
  }
  return new Map([...groups].map(([id, courses]) => [id, combined(courses, id, now)]))
}

/** What a running node says: "step 7 of 20, 12 s left". */
export function courseText({ value, max, pace, item, items }: NodeCourse, now: number): string | undefined {
  const parts: string[] = []
  if (item !== undefined && items !== undefined) parts.push(t('run.item', { item: item + 1, items }))
  if (value !== undefined && max !== undefined) parts.push(t('run.step', { value, max }))
  const left = pace && max !== undefined ? secondsUntil(pace, max, now) : undefined
  if (left !== undefined) parts.push(t('run.left', { time: timeText(left) }))
  return parts.length === 0 ? undefined : parts.join(t('run.comma'))
}

/** How far a node is, 0 to 1. */
export function courseShare(course: NodeCourse | 'waiting'): number {
  if (course === 'waiting') return 0
  if (course.state !== 'running') return 1
  return course.value === undefined || !course.max ? 0 : Math.min(1, Math.max(0, course.value / course.max))
}

function combined(courses: readonly (NodeCourse | 'waiting')[], id: string, now: number): NodeActivity {
  const known = courses.filter((course) => course !== 'waiting')
  const message = (known.find(({ state, message: said }) => state === 'failed' && said) ?? known.find((one) => one.message))?.message
  const state = combinedState(courses, known, id)
  if (state !== 'running') return { state, ...(message !== undefined && { message }) }
  const running = known.filter((one) => one.state === 'running')
  const text = running.map((one) => courseText(one, now)).find((one) => one !== undefined)
  const isCounted = courses.length > 1 || running.some(({ value }) => value !== undefined)
  return {
    state,
    ...(isCounted && { share: courses.reduce((sum, one) => sum + courseShare(one), 0) / courses.length }),
    ...(text !== undefined && { text }),
    ...(message !== undefined && { message }),
  }
}

function combinedState(courses: readonly (NodeCourse | 'waiting')[], known: readonly NodeCourse[], id: string): NodeActivity['state'] {
  const own = known.find(({ node }) => node === id)
  const has = (state: NodeCourse['state']) => known.some((one) => one.state === state)
  if (has('failed')) return 'failed'
  if (own && own.state !== 'running') return own.state // an expansion is done when the node itself is
  if (has('running')) return 'running'
  if (known.length < courses.length) return known.length > 0 ? 'running' : 'waiting'
  if (has('cancelled')) return 'cancelled'
  if (known.every(({ state }) => state === 'cached')) return 'cached'
  if (known.every(({ state }) => state === 'skipped')) return 'skipped'
  return 'done'
}
