import { createRegistry, defineNode, runWorkflow } from '../../core/index.ts'
import type { NodeType, Port, RunEvent, RunOptions, RunResult } from '../../core/index.ts'
import { builtIn } from '../index.ts'
import { port } from '../types/index.ts'

/** A list that what it is given to is mapped over. */
export class Each {
  readonly items: readonly unknown[]
  constructor(items: readonly unknown[]) {
    this.items = items
  }
}

/** The same as in a workflow: `each(1, 2, 3)`. */
export const each = (...items: readonly unknown[]) => new Each(items)

/** A value that is computed when, and only if, the node needs it. */
export class Computed {
  readonly compute: () => unknown
  constructor(compute: () => unknown) {
    this.compute = compute
  }
}

/** The same in short: `computed(() => 1 + 1)`. */
export const computed = (compute: () => unknown) => new Computed(compute)

export interface NodeRun extends RunResult {
  readonly events: readonly RunEvent[]
  /** What the node gave, by output; a list for each output that is mapped over. */
  readonly outputs: Readonly<Record<string, unknown>>
}

/**
 * Runs one built-in node in the real engine and gives its outputs. JSON values are written into the workflow; others
 * (pictures, lists, variadic inputs as arrays) come through links, as they do for people.
 * @throws the run's WorkflowError
 */
export async function runNode(
  type: string, inputs: Readonly<Record<string, unknown>>, options: Partial<RunOptions> = {},
): Promise<NodeRun> {
  const sources: NodeType[] = []
  const written = Object.entries(inputs).map(([name, value]) => [name, isWritten(value) ? value : linked(value, sources)])
  const registry = createRegistry([
    { ...builtIn, id: 'kinograph', hash: 'built in', trusted: true }, { id: 'test', hash: 'test', trusted: true, nodes: sources },
  ])
  const nodes = [
    { id: 'node', type, inputs: Object.fromEntries(written) },
    ...sources.map((source) => ({ id: source.type, type: source.type, inputs: {} })),
  ]
  const events: RunEvent[] = []
  const result = await runWorkflow({ version: 1, nodes }, {
    registry, targets: ['node'], paths: { models: '/none', input: '/none', output: '/none', temp: '/tmp' },
    onEvent: (event) => { events.push(event) }, ...options,
  })
  if (result.error) throw result.error
  const given = result.results.get('node')?.outputs ?? new Map<string, { readonly value: unknown }>()
  return { ...result, events, outputs: Object.fromEntries([...given].map(([name, { value }]) => [name, value])) }
}

const isWritten = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

function linked(value: unknown, sources: NodeType[]): { from: string; output: string } {
  const id = `Given_${sources.length}`
  const out: Port<unknown> = value instanceof Each ? port.any().each() : port.any()
  sources.push(defineNode({
    type: id, category: 'test', inputs: {}, outputs: { out },
    run: () => ({ out: value instanceof Each ? value.items : value instanceof Computed ? value.compute() : value }),
  }))
  return { from: id, output: 'out' }
}
