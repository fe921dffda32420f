/** Random workflows whose nodes do everything at once: give lists, block, expand, loop, ask for what they need, are silenced. */
import fc from 'fast-check'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createRegistry } from '../../plugins/registry.ts'
import { Blocked, blocked } from '../../types/blocked.ts'
import { defineNode } from '../../types/node-type.ts'
import { port } from '../../types/port.ts'
import type { InputValue, Link, Workflow, WorkflowNode } from '../../workflow/workflow.ts'
import type { RunOptions } from '../host.ts'
import { LOOP_NODES } from '../loops.ts'
import { runWorkflow } from '../run.ts'
import { evaluatePlainly, type Meanings } from './plain-evaluator.ts'
import { NO_PATHS } from './stub-graph.ts'

const any = port.any().optional()
const common = { salt: port.int(), a: any, b: any }
const outputs = { out: port.string() }

/** What a node tells of what it got. */
const text = (salt: number, ...values: unknown[]) => {
  const whole = `${salt}(${values.map((value) => value ?? '').join()})`
  return whole.length < 40 ? whole : `#${[...whole].reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)!) | 0, 7)}`
}

const nodes = [
  defineNode({
    type: 'Plain', category: 't', inputs: common, outputs,
    run: async ({ salt, a, b }) => {
      if (salt === 1) await nextTurn()
      return { out: salt === 2 ? blocked('two') : text(salt, a, b) }
    },
  }),
  defineNode({
    type: 'List', category: 't', inputs: common, outputs: { out: port.string().each() },
    run: ({ salt, a, b }) => ({ out: [text(salt, a), salt === 2 ? blocked() : text(salt, b)].slice(0, salt) }),
  }),
  defineNode({
    // Lists do not stand for themselves in keys: they are told apart by where they came from.
    type: 'Pairs', category: 't', inputs: common, outputs: { out: port.list(port.string()).each() },
    run: ({ salt, a, b }) => ({ out: [[text(salt, a), 'a'], [text(salt, b), 'b']] }),
  }),
  defineNode({
    type: 'Whole', category: 't', inputList: true, inputs: common, outputs,
    run: ({ salt: [salt], a = [], b = [] }) => ({ out: text(salt!, ...a, ...b) }),
  }),
  defineNode({
    type: 'Grid', category: 't', mapping: 'product', inputs: common, outputs,
    run: ({ salt, a, b }) => ({ out: text(salt, a, b) }),
  }),
  defineNode({
    type: 'Lazy', category: 't', inputs: { salt: port.int(), a: any.lazy(), b: any.lazy() }, outputs,
    needs: ({ salt, a }) => (salt === 1 ? ['a'] : salt === 2 && a === undefined ? ['a'] : salt === 2 ? ['a', 'b'] : []),
    run: ({ salt, a, b }) => ({ out: text(salt, a, b) }),
  }),
  defineNode({
    type: 'Grow', category: 't', inputs: common, outputs,
    run: ({ salt, a, b }, { expand }) => expand(({ node }) => {
      const inner = salt > 0 ? node('Grow', { salt: salt - 1, a, b }) : node('Plain', { salt, a, b })
      return { out: node('Plain', { salt: 0, a: inner.out(), b }).out() }
    }),
  }),
  defineNode({
    type: 'Prints', category: 't', inputs: common, outputs, fingerprint: async ({ salt = 0 }) => salt,
    run: ({ salt, a, b }) => ({ out: text(salt, a, b) }),
  }),
  ...LOOP_NODES,
]

interface DrawnNode {
  readonly type: string
  readonly salt: number
  readonly mode: 'mute' | 'bypass' | undefined
  /** For each of the inputs a and b: nothing, or how to choose a node before this one. */
  readonly links: readonly (number | null)[]
}
const drawnLink = fc.option(fc.nat({ max: 7 }))
const drawnNode: fc.Arbitrary<DrawnNode> = fc.record({
  type: fc.constantFrom('Plain', 'List', 'Pairs', 'Whole', 'Grid', 'Lazy', 'Grow', 'Prints', 'Loop'),
  salt: fc.nat({ max: 2 }),
  mode: fc.constantFrom(undefined, undefined, undefined, undefined, 'bypass', 'mute'),
  links: fc.tuple(drawnLink, drawnLink),
})

/** Workflows of up to eight nodes or loops, the last one active; links go to what was drawn before, so there is no cycle. */
export const richGraphs: fc.Arbitrary<Workflow> = fc.tuple(fc.array(drawnNode, { maxLength: 7 }), drawnNode)
  .map(([drawn, last]) => [...drawn, { ...last, mode: undefined }])
  .map((drawn) => ({ version: 1, nodes: drawn.flatMap((one, index) => nodesOf(one, index, drawn)) }))

function nodesOf(one: DrawnNode, index: number, drawn: readonly DrawnNode[]): WorkflowNode[] {
  const { type, salt, mode, links } = one
  const [a, b] = links.map((back) => (back === null || index === 0 ? undefined : linkTo(back % index, drawn)))
  if (type === 'Loop') return loopOf(`n${index}`, salt, a, b, drawn)
  return [{ id: `n${index}`, type, ...(mode && { mode }), inputs: { salt, ...(a && { a }), ...(b && { b }) } }]
}

const linkTo = (index: number, drawn: readonly DrawnNode[]): Link =>
  ({ from: `n${index}`, output: drawn[index]!.type === 'Loop' ? 'results' : 'out' })

/** A loop over what `a` gives, or over two numbers where nothing does, with `b` in its body, and what is carried on. */
function loopOf(id: string, salt: number, a: Link | undefined, b: Link | undefined, drawn: readonly DrawnNode[]): WorkflowNode[] {
  const source = a && drawn[Number(a.from.slice(1))]!
  const items: InputValue = a && source && (source.type === 'Loop' || source.mode === undefined) ? a : [salt, 7]
  const each = `${id} each`
  const body = `${id} body`
  const carried = salt === 1
  return [
    { id: each, type: 'ForEach', inputs: { items, ...(carried && { initial: 'first' }) } },
    {
      id: body, type: 'Prints',
      inputs: { salt, a: { from: each, output: 'item' }, ...(carried ? { b: { from: each, output: 'carried' } } : b && { b }) },
    },
    {
      id, type: 'ForEachEnd',
      inputs: { loop: { from: each, output: 'loop' }, result: { from: body, output: 'out' }, ...(carried && { carry: { from: body, output: 'out' } }) },
    },
  ]
}

/** The same workflow, its nodes in another order. */
export const reordered = (graphs: fc.Arbitrary<Workflow>): fc.Arbitrary<readonly [Workflow, Workflow]> =>
  graphs.chain((workflow) => {
    const all = { minLength: workflow.nodes.length, maxLength: workflow.nodes.length }
    return fc.tuple(fc.constant(workflow), fc.shuffledSubarray([...workflow.nodes], all).map((nodes) => ({ ...workflow, nodes })))
  })

/** What a run of a random workflow comes to: what every node that is not silenced gave, by its id. */
export async function outcomeOf(workflow: Workflow, options: Partial<RunOptions> & { readonly trusted?: boolean } = {}) {
  const { trusted = false, ...more } = options
  const registry = createRegistry([{ id: 'test', hash: 'h', trusted, nodes }])
  const targets = targetsOf(workflow)
  const run = await runWorkflow(workflow, { registry, targets, paths: NO_PATHS, ...more })
  const values = Object.fromEntries(targets.map((id) => {
    const given = [...run.results.get(id)?.outputs ?? []]
    return [id, given.map(([name, { value }]) => [name, Array.isArray(value) ? value.map(plain) : plain(value)])]
  }))
  run.release()
  return { status: run.status, problem: run.error?.message, values, executed: run.executed }
}

/** All nodes but silenced ones and what is inside of loops. */
const targetsOf = ({ nodes }: Workflow) =>
  nodes.filter(({ id, mode }) => mode === undefined && !/ (each|body)$/.test(id)).map(({ id }) => id)

const plain = (value: unknown): unknown => (value instanceof Blocked ? `blocked: ${value.message}` : value)


const pair = (salt: number, a: unknown, b: unknown) => ({ one: text(salt, a, b) })

/** The same nodes as plain functions, for the law that a run comes to what its nodes mean; loops are left out. */
export const MEANINGS: Meanings = {
  mapped: {
    Plain: (salt, a, b) => ({ one: salt === 2 ? blocked('two') : text(salt, a, b) }),
    List: (salt, a, b) => ({ each: [text(salt, a), salt === 2 ? blocked() : text(salt, b)].slice(0, salt) }),
    Pairs: (salt, a, b) => ({ each: [[text(salt, a), 'a'], [text(salt, b), 'b']] }),
    Grid: pair,
    Prints: pair,
    Lazy: pair,
    Grow: (salt, a, b) => grown(salt, a, b),
  },
  whole: { Whole: (salt, a, b) => text(salt, ...a, ...b) },
  // With salt 2 it asks for b once it has a, and so never where nothing comes to a.
  needs: { Lazy: (salt, hasA) => (salt === 0 ? [] : salt === 1 || !hasA ? ['a'] : ['a', 'b']) },
  product: new Set(['Grid']),
}

function grown(salt: number, a: unknown, b: unknown): { one: unknown } {
  const { one: inner } = salt > 0 ? grown(salt - 1, a, b) : { one: text(salt, a, b) }
  return { one: inner instanceof Blocked ? inner : text(0, inner, b) }
}

/** Workflows without loops and silenced nodes, and what every node of them must give. */
export const plainGraphs = richGraphs.filter(({ nodes }) => nodes.every(({ id, mode }) => mode === undefined && !id.includes(' ')))
  .filter(({ nodes }) => nodes.every(({ type }) => type !== 'ForEachEnd'))

/** What `outcomeOf` would tell of a run, worked out plainly. */
export function plainOutcomeOf(workflow: Workflow): Record<string, unknown> {
  return Object.fromEntries([...evaluatePlainly(workflow, MEANINGS)].map(([id, given]) => {
    const value = 'each' in given ? given.each.map(plain) : plain(given.one)
    return [id, [['out', value]]]
  }))
}
