import { jsonKey, sameJson } from './json-equal.ts'
import type { Group, Workflow, WorkflowNode } from './workflow.ts'

/** A list of nodes with the frames around them: a workflow, or the inside of a subgraph. */
export interface Drawing {
  readonly nodes: readonly WorkflowNode[]
  readonly groups?: readonly Group[]
  readonly extra?: Workflow['extra']
}

/** Counts what differs in looks alone. */
export class LayoutChanges {
  #moved = 0
  #resized = 0
  #notes = 0
  #groups = 0
  #isReordered = false

  /** Compares two versions of one drawing. @param matches new ids by old ones */
  note(before: Drawing, after: Drawing, matches: ReadonlyMap<string, string>): void {
    const nodes = new Map(after.nodes.map((node) => [node.id, node]))
    for (const old of before.nodes) {
      const node = nodes.get(matches.get(old.id) ?? '')
      if (node === undefined) continue
      if (!sameJson(old.position, node.position)) this.#moved++
      if (!sameJson(old.size, node.size)) this.#resized++
      if (!sameJson(old.extra, node.extra)) this.#notes++
    }
    if (!sameJson(before.extra, after.extra)) this.#notes++
    this.#groups += differing(before.groups, after.groups)
    this.#isReordered ||= isReordered(before, after, matches)
  }

  /** All of it in one line, or `undefined` when there is nothing. */
  text(): string | undefined {
    const parts = [
      counted(this.#moved, 'node', 'moved'),
      counted(this.#resized, 'node', 'resized'),
      counted(this.#groups, 'frame', 'changed'),
      counted(this.#notes, 'note', 'of editors or importers changed'),
      this.#isReordered ? 'the order of the nodes changed' : undefined,
    ].filter((part) => part !== undefined)
    return parts.length === 0 ? undefined : `Layout only: ${parts.join(', ')}.`
  }
}

function counted(count: number, what: string, verb: string): string | undefined {
  return count === 0 ? undefined : `${count} ${what}${count === 1 ? '' : 's'} ${verb}`
}

/** How many items two lists do not share. */
function differing(before: readonly Group[] = [], after: readonly Group[] = []): number {
  const [was, is] = [new Set(before.map(jsonKey)), new Set(after.map(jsonKey))]
  const gone = [...was].filter((key) => !is.has(key)).length
  const come = [...is].filter((key) => !was.has(key)).length
  return Math.max(gone, come)
}

function isReordered(before: Drawing, after: Drawing, matches: ReadonlyMap<string, string>): boolean {
  const kept = new Set(matches.values())
  const was = before.nodes.flatMap(({ id }) => matches.get(id) ?? [])
  const is = after.nodes.map(({ id }) => id).filter((id) => kept.has(id))
  return was.some((id, index) => is[index] !== id)
}
