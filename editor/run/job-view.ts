/** A job as the editor shows it, made from how its course stands and from its newest previews. */
import type { UiResult } from '../../core/types/node-type.ts'
import type { NodeMedia } from '../graph/canvas.ts'
import type { GraphPath } from '../graph/scene.ts'
import { activities, courseText, type PlacedNode } from './activity.ts'
import type { JobCourse, ShownResult } from './job-course.ts'
import { mediaOf, type AddressOf } from './media.ts'
import type { NodeCourse } from './node-course.ts'
import type { JobView, RunPicture } from './run-book.ts'
import { nodeBelow, previewedNode, shownOf } from './shown-node.ts'
import { wholeRun, type SecondsOf } from './whole-run.ts'

/** The newest pictures of a running sampler. */
export interface ShownPreview {
  readonly node: string
  readonly shown: string
  readonly media: NodeMedia
}

export interface ViewParts {
  readonly previews: Iterable<ShownPreview>
  readonly addressOf: AddressOf
  readonly secondsOf: SecondsOf
  /** Our clock. */
  readonly now: number
}

/** How a job stands. */
export function viewOf(course: JobCourse, parts: ViewParts): JobView {
  const now = course.serverTime(parts.now)
  const placed = placedNodes(course)
  const top = (one: { readonly shown: string }) => previewedNode(one.shown) ?? one.shown
  const picture = pictureOf({ course, placed, parts, now, at: top })
  const running = [...course.nodes.values()].filter(({ state }) => state === 'running')
  const current = running.find(({ value }) => value !== undefined) ?? running[0]
  return {
    job: course.job,
    ...picture,
    ui: shownResults(course.ui.values()),
    ...wholeRun(course, parts.secondsOf, now),
    ...(current && { current: workOf(current, course, now) }),
    seeds: course.seeds,
    ...(course.problem && { problem: course.problem }),
    ...(course.result && { result: course.result }),
    inside: (path) => (path.length === 0 ? picture : insidePicture(path, { course, placed, parts, now })),
    uiAt: (path) => shownAt(course.ui.values(), path.join('/')),
  }
}

function workOf(node: NodeCourse, { types, titles }: JobCourse, now: number): NonNullable<JobView['current']> {
  const [type, title, text] = [types.get(node.shown), titles.get(node.shown), courseText(node, now)]
  return { node: node.shown, ...(type !== undefined && { type }), ...(title !== undefined && { title }), ...(text !== undefined && { text }) }
}

interface Drawn {
  readonly course: JobCourse
  readonly placed: readonly Placed[]
  readonly parts: ViewParts
  readonly now: number
}
type Placed = { readonly node: string; readonly shown: string; readonly course: PlacedNode['course'] }
type At = (one: { readonly node: string; readonly shown: string }) => string | undefined

/** All nodes of the run; those that were planned and not reached wait, as long as the run goes on. */
function placedNodes(course: JobCourse): readonly Placed[] {
  const known = [...course.nodes.values()].map((node): Placed => ({ node: node.node, shown: node.shown, course: node }))
  if (!course.isRunning) return known.filter(({ shown }) => previewedNode(shown) === undefined)
  const waiting = [...course.planned].filter((path) => !course.nodes.has(path))
    .map((path): Placed => ({ node: path, shown: shownOf(path, course.types), course: 'waiting' }))
  return [...known, ...waiting].filter(({ shown }) => previewedNode(shown) === undefined)
}

function insidePicture(path: GraphPath, drawn: Drawn): RunPicture {
  const prefix = `${path.join('/')}/`
  return pictureOf({ ...drawn, at: ({ node }) => nodeBelow(node, prefix) })
}

function pictureOf({ course, placed, parts, now, at }: Drawn & { readonly at: At }): RunPicture {
  const nodes = placed.flatMap((one): PlacedNode[] => {
    const place = at(one)
    return place === undefined ? [] : [{ at: place, course: one.course }]
  })
  return { activity: activities(nodes, now), media: drawnMedia(course, parts, at) }
}

/** Pictures that are being made, and over them what has been shown for good. */
function drawnMedia({ ui, media: known }: JobCourse, { previews, addressOf }: ViewParts, at: At): ReadonlyMap<string, NodeMedia> {
  const media = new Map<string, NodeMedia>()
  for (const preview of previews) {
    const place = at(preview)
    if (place !== undefined) media.set(place, preview.media)
  }
  for (const [place, results] of grouped(ui.values(), at)) {
    const made = mediaOf(results, addressOf)
    if (made) media.set(place, sameAsBefore(made, known))
  }
  return media
}

/** Media of one job that are told apart. */
const MOST_KNOWN = 500

/** What was drawn already stays the same object, so that whoever draws it sees that nothing has changed. */
function sameAsBefore(media: NodeMedia, known: Map<string, NodeMedia>): NodeMedia {
  const key = JSON.stringify(media)
  if (known.size > MOST_KNOWN) known.clear()
  const before = known.get(key) ?? media
  known.set(key, before)
  return before
}

function shownResults(results: Iterable<ShownResult>): ReadonlyMap<string, UiResult> {
  const byNode = grouped(results, ({ shown }) => previewedNode(shown) ?? shown)
  return new Map([...byNode].map(([node, [first, ...rest]]) => [node, rest.reduce<UiResult>(joined, first ?? {})]))
}

function shownAt(results: Iterable<ShownResult>, path: string): UiResult {
  const within = [...results].filter(({ node, shown }) => node === path || node.startsWith(`${path}/`) || (previewedNode(shown) ?? shown) === path)
  return within.map(({ ui }) => ui).reduce<UiResult>(joined, {})
}

function grouped(results: Iterable<ShownResult>, at: At): ReadonlyMap<string, readonly UiResult[]> {
  const groups = new Map<string, UiResult[]>()
  for (const result of results) {
    const place = at(result)
    if (place === undefined) continue
    const group = groups.get(place)
    if (group) group.push(result.ui)
    else groups.set(place, [result.ui])
  }
  return groups
}

function joined(one: UiResult, other: UiResult): UiResult {
  const kinds = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries([...kinds].map((kind) => [kind, [...one[kind] ?? [], ...other[kind] ?? []]]))
}
