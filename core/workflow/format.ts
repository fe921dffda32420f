import type { Workflow } from './workflow.ts'

const WIDTH = 100

/** The order of the keys that the format knows; others (input names, what is under `extra`) keep their own order. */
const KEY_ORDER: Readonly<Record<Part, readonly string[]>> = {
  workflow: '$schema version title description parameters outputs nodes subgraphs groups extra'.split(' '),
  node: ['id', 'type', 'version', 'title', 'mode', 'inputs', 'position', 'size', 'extra'],
  subgraph: ['id', 'name', 'description', 'inputs', 'outputs', 'nodes', 'groups', 'extra'],
  parameter: ['name', 'node', 'input', 'output', 'description'],
  socket: ['name', 'type', 'from', 'output'],
  group: ['title', 'bounds', 'color'],
  inputs: [],
  input: ['from', 'output'],
  other: [],
}

type Part = 'workflow' | 'node' | 'subgraph' | 'parameter' | 'socket' | 'group' | 'inputs' | 'input' | 'other'

/** Parts that always take a line for each field, so that a change of one field is a change of one line. */
const BROKEN: ReadonlySet<Part> = new Set(['workflow', 'node', 'subgraph', 'inputs'])

/**
 * A workflow as canonical text: made to be read and compared by people. Equal workflows give equal text; parsing it
 * gives the workflow back. Nodes and inputs keep their order. Ends with a line feed.
 */
export function formatWorkflow(workflow: Workflow): string {
  return `${write(workflow, 'workflow', '')}\n`
}

function write(value: unknown, part: Part, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const short = oneLine(value, part, WIDTH - indent.length)
  if (short !== undefined) return short
  const inner = `${indent}  `
  const lines = Array.isArray(value)
    ? value.map((item) => `${inner}${write(item, itemPart(part), inner)}`)
    : entriesOf(value, part).map(([key, item]) => `${inner}${keyText(key)}${write(item, partUnder(part, key), inner)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join(',\n')}\n${indent}${close}`
}

/** The text on one line, or `undefined` when it is longer than `room` or holds a part that is always broken. */
function oneLine(value: unknown, part: Part, room: number): string | undefined {
  if (typeof value !== 'object' || value === null) {
    const text = JSON.stringify(value)
    return text.length <= room ? text : undefined
  }
  if (BROKEN.has(part) && Object.keys(value).length > 0) return undefined
  const texts: string[] = []
  let left = room - 4
  for (const [key, item] of entriesOf(value, part)) {
    const name = Array.isArray(value) ? '' : keyText(key)
    const text = oneLine(item, Array.isArray(value) ? itemPart(part) : partUnder(part, key), left - name.length)
    if (text === undefined) return undefined
    texts.push(name + text)
    left -= name.length + text.length + 2
  }
  if (Array.isArray(value)) return `[${texts.join(', ')}]`
  return texts.length === 0 ? '{}' : `{ ${texts.join(', ')} }`
}

function keyText(key: string): string {
  return `${JSON.stringify(key)}: `
}

/** The fields in canonical order; those that hold nothing are left out, as JSON does. */
function entriesOf(value: object, part: Part): [string, unknown][] {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  const order = KEY_ORDER[part]
  if (order.length === 0 || Array.isArray(value)) return entries
  const place = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length)
  return entries.sort(([a], [b]) => place(a) - place(b))
}

/** The part that stands under a key of another part. */
function partUnder(part: Part, key: string): Part {
  return PARTS_UNDER[part]?.get(key) ?? (part === 'inputs' ? 'input' : 'other')
}

/** A list of the workflow stands for its items; a list in an input is a literal. */
function itemPart(part: Part): Part {
  return part === 'input' ? 'other' : part
}

const PARTS_UNDER: { readonly [P in Part]?: ReadonlyMap<string, Part> } = {
  workflow: new Map<string, Part>([
    ['nodes', 'node'],
    ['parameters', 'parameter'],
    ['outputs', 'parameter'],
    ['subgraphs', 'subgraph'],
    ['groups', 'group'],
  ]),
  subgraph: new Map<string, Part>([
    ['nodes', 'node'],
    ['inputs', 'socket'],
    ['outputs', 'socket'],
    ['groups', 'group'],
  ]),
  node: new Map<string, Part>([['inputs', 'inputs']]),
}
