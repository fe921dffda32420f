import type { Definitions } from '../types/definition.ts'
import { ANY } from '../types/socket.ts'
import { bypassedInput } from './bypass.ts'
import { refOf } from './graph.ts'
import type { NodeRef, Problem } from './problem.ts'
import { didYouMean, listed } from './suggest.ts'
import { SUBGRAPH_LIMITS, subgraphOf, subgraphOutput, subgraphsOf, subgraphSizeProblems } from './subgraphs.ts'
import type { SubgraphLimits, Subgraphs } from './subgraphs.ts'
import { isLink, SUBGRAPH_INPUTS, type InputValue, type Link } from './workflow.ts'
import type { Subgraph, Workflow, WorkflowNode } from './workflow.ts'
import { WorkflowError } from './workflow-error.ts'

/** A workflow with every subgraph written out. */
export interface FlatWorkflow {
  /** Has no subgraphs. The nodes from inside them are called by their paths: `outer/inner`. */
  readonly workflow: Workflow
  /** Where the nodes from inside subgraphs come from, by path; the others are what they were. */
  readonly origins: ReadonlyMap<string, NodeOrigin>
}

/** Where a node of a flat workflow comes from. */
export interface NodeOrigin {
  /** The node that the person sees: the one at the top that the subgraph stands in. */
  readonly shown: string
  /** The subgraph that holds it, and its id there. */
  readonly subgraph: string
  readonly id: string
}

/** What writing subgraphs out may look at. */
export interface FlattenOptions {
  readonly limits?: SubgraphLimits
  /** Tell which input a bypassed subgraph passes on; without them the first. `withSubgraphDefinitions` makes them. */
  readonly definitions?: Definitions
}

/**
 * Writes out every subgraph, nested ones too, so that nothing after it needs to know of them. Nodes keep their order,
 * a subgraph's stand in its place; muted subgraphs mute what is inside, bypassed ones pass their inputs on.
 * The workflow itself where there is nothing to write out.
 * @throws WorkflowError `subgraph_recursion`, `workflow_too_large`, or what links into and out of subgraphs miss
 */
export function flattenSubgraphs(workflow: Workflow, options: FlattenOptions = {}): FlatWorkflow {
  const { problems, ...flat } = tryFlatten(workflow, options)
  if (problems.length > 0) throw WorkflowError.ofProblems(problems)
  return flat
}

/** What `flattenSubgraphs` gives, with problems beside it instead of thrown; links that lead nowhere are left open. */
export function tryFlatten(workflow: Workflow, options: FlattenOptions = {}): FlatWorkflow & { problems: Problem[] } {
  const subgraphs = subgraphsOf(workflow)
  if (!workflow.nodes.some((node) => subgraphOf(node, subgraphs))) {
    return { workflow, origins: new Map(), problems: [] }
  }
  const problems = subgraphSizeProblems(workflow, options.limits ?? SUBGRAPH_LIMITS)
  if (problems.length > 0) return { workflow, origins: new Map(), problems }
  return new Flattening(workflow, subgraphs, options.definitions ?? new Map()).flatten()
}

/** The nodes of the workflow, or those inside one node that stands for a subgraph. */
interface Scope {
  /** What the scope is the inside of; `undefined` at the top. */
  readonly inside?: { readonly node: WorkflowNode; readonly subgraph: Subgraph; readonly outer: Scope }
  readonly nodes: readonly WorkflowNode[]
  /** The node at the top that all of it is shown as. */
  readonly shown?: string
  readonly muted: boolean
  /** Paths of the ordinary nodes by id. */
  readonly paths: Map<string, string>
  /** The insides of the others by id. */
  readonly scopes: Map<string, Scope>
  /** What outputs of the others come down to, by `from` and output: a chain of them is followed once. */
  readonly resolved: Map<string, Resolved>
}

type Resolved = InputValue | undefined | typeof UNDER_WAY
const UNDER_WAY = Symbol('under way')

/** More are not told: a subgraph that is wrong is wrong in each of its places. */
const MAX_PROBLEMS = 100

/**
 * 1. Open a scope for each node that stands for a subgraph, and give the nodes in it their paths.
 * 2. Write the nodes down with their links followed through the borders of scopes.
 */
class Flattening {
  readonly #workflow: Workflow
  readonly #subgraphs: Subgraphs
  readonly #definitions: Definitions
  readonly #taken: Set<string>
  readonly #origins = new Map<string, NodeOrigin>()
  readonly #problems: Problem[] = []

  constructor(workflow: Workflow, subgraphs: Subgraphs, definitions: Definitions) {
    this.#workflow = workflow
    this.#subgraphs = subgraphs
    this.#definitions = definitions
    this.#taken = new Set(workflow.nodes.map(({ id }) => id))
  }

  flatten() {
    const top = this.#open({ nodes: this.#workflow.nodes, muted: false, ...newMaps() }, '')
    const nodes: WorkflowNode[] = []
    this.#write(top, nodes)
    const { parameters, outputs, ...rest } = withoutSubgraphs(this.#workflow)
    const workflow: Workflow = {
      ...rest,
      ...(parameters && { parameters: parameters.filter(({ node }) => !top.scopes.has(node)) }),
      ...(outputs && { outputs: outputs.flatMap((output) => this.#exposed(output, top)) }),
      nodes,
    }
    return { workflow, origins: this.#origins, problems: this.#problems.slice(0, MAX_PROBLEMS) }
  }

  /** Gives the nodes of a scope their paths and opens the scopes in it; no deeper than the limit on depth. */
  #open(scope: Scope, prefix: string): Scope {
    for (const node of scope.nodes) {
      const subgraph = subgraphOf(node, this.#subgraphs)
      if (scope.paths.has(node.id) || scope.scopes.has(node.id)) continue // reported as a duplicate
      const path = scope.inside === undefined ? node.id : this.#newPath(`${prefix}/${node.id}`)
      if (subgraph) {
        this.#checkInputs(node, path, subgraph)
        const inner: Scope = {
          inside: { node, subgraph, outer: scope },
          nodes: subgraph.nodes,
          shown: scope.shown ?? node.id,
          muted: scope.muted || node.mode === 'mute',
          ...newMaps(),
        }
        scope.scopes.set(node.id, this.#open(inner, path))
      } else {
        scope.paths.set(node.id, path)
      }
    }
    return scope
  }

  #checkInputs(node: WorkflowNode, path: string, subgraph: Subgraph): void {
    const known = subgraph.inputs.map(({ name }) => name)
    for (const input of Object.keys(node.inputs ?? {})) {
      if (known.includes(input) || this.#problems.length >= MAX_PROBLEMS) continue
      const problem = `subgraph "${subgraph.name}" has no input of that name`
      const remedy = didYouMean(input, known) ?? listed(known, 'input')
      this.#problems.push({ code: 'unknown_input', node: { ...refOf(node), id: path }, input, problem, remedy })
    }
  }

  /** Ids are opaque: a node at the top may be called as a path of another already. */
  #newPath(path: string): string {
    while (this.#taken.has(path)) path += '/'
    this.#taken.add(path)
    return path
  }

  #write(scope: Scope, nodes: WorkflowNode[]): void {
    for (const node of scope.nodes) {
      const inner = scope.scopes.get(node.id)
      if (inner) {
        if (inner.muted || node.mode !== 'bypass') this.#write(inner, nodes)
        continue
      }
      const path = scope.paths.get(node.id)!
      if (scope.inside) {
        const origin = { shown: scope.shown!, subgraph: scope.inside.subgraph.id, id: node.id }
        this.#origins.set(path, origin)
      }
      nodes.push(this.#written(node, path, scope))
    }
  }

  #written(node: WorkflowNode, path: string, scope: Scope): WorkflowNode {
    const entries = Object.entries(node.inputs ?? {})
    const leads = ([, value]: (typeof entries)[number]) =>
      isLink(value) && (scope.inside || scope.scopes.has(value.from))
    const mode = scope.muted ? { mode: 'mute' as const } : {}
    if (!entries.some(leads)) return path === node.id && !scope.muted ? node : { ...node, ...mode, id: path }
    const inputs = entries.flatMap(([name, value]) => {
      const reader = { node: { ...refOf(node), id: path }, input: name }
      const end = isLink(value) ? this.#resolve(value, scope, reader) : value
      return end === undefined ? [] : [[name, end] as const]
    })
    return { ...node, ...mode, id: path, inputs: Object.fromEntries(inputs) }
  }

  /** What a link comes down to: a link to a node that is left, a literal, or nothing. */
  #resolve(link: Link, scope: Scope, reader: Reader): InputValue | undefined {
    const walked: { scope: Scope; key: string }[] = []
    let value: InputValue | undefined = link
    while (value !== undefined && isLink(value)) {
      const path = scope.paths.get(value.from)
      if (path !== undefined && !isOwnInput(value, scope)) {
        value = { from: path, output: value.output }
        break
      }
      const key = JSON.stringify([value.from, value.output])
      const known: Resolved = scope.resolved.has(key) ? scope.resolved.get(key) : undefined
      if (known === UNDER_WAY) {
        this.#problems.push(loopProblem(reader))
        value = undefined
        break
      }
      if (scope.resolved.has(key)) {
        value = known
        break
      }
      scope.resolved.set(key, UNDER_WAY)
      walked.push({ scope, key })
      const next: Step = this.#step(value, scope, reader)
      scope = next.scope
      value = next.value
      if (next.end) break
    }
    for (const step of walked) step.scope.resolved.set(step.key, value)
    return value
  }

  /** One step of a link across a border: out to what feeds the subgraph, or in to what gives its output. */
  #step(link: Link, scope: Scope, reader: Reader): Step {
    if (scope.inside && isOwnInput(link, scope)) {
      const { node, subgraph, outer } = scope.inside
      const isThere = subgraph.inputs.some(({ name }) => name === link.output)
      if (isThere) return { scope: outer, value: own(node, link.output) }
      this.#problems.push(noInput(subgraph, reader, link))
      return { scope, value: undefined, end: true }
    }
    const inner = scope.scopes.get(link.from)
    if (inner?.inside === undefined) return { scope, value: this.#lost(link, scope), end: true }
    const { subgraph, node } = inner.inside
    const output = subgraphOutput(subgraph, link.output)
    if (output === undefined) {
      this.#problems.push(noOutput(subgraph, node, reader, link))
      return { scope, value: undefined, end: true }
    }
    if (node.mode === 'bypass' && !inner.muted) return { scope, value: this.#passed(subgraph, node, output.name) }
    return { scope: inner, value: { from: output.from, output: output.output } }
  }

  /** A link to a node that there is not; it is called as it would be, so that validation can say so. */
  #lost({ from, output }: Link, scope: Scope): Link {
    return { from: scope.inside ? `${scope.shown}/${from}` : from, output }
  }

  /** What a bypassed node passes on in place of one of its outputs. */
  #passed(subgraph: Subgraph, node: WorkflowNode, output: string): InputValue | undefined {
    const definition = this.#definitions.get(node.type)
    const untyped = (sockets: readonly { readonly name: string }[]) =>
      sockets.map(({ name }) => ({ name, socket: ANY }))
    const { inputs, outputs } = definition ?? { inputs: untyped(subgraph.inputs), outputs: untyped(subgraph.outputs) }
    const input = bypassedInput(inputs, outputs, subgraph.outputs.findIndex(({ name }) => name === output))
    return input === undefined ? undefined : own(node, input)
  }

  /** An exposed output of the nodes that are left. One that is a literal has no node to come from, and is left out. */
  #exposed(output: NonNullable<Workflow['outputs']>[number], top: Scope) {
    const inside = top.scopes.get(output.node)?.inside
    // One that the subgraph does not have stays as it is, for validation to tell.
    if (inside === undefined || subgraphOutput(inside.subgraph, output.output) === undefined) return [output]
    const { node } = inside
    const end = this.#resolve({ from: output.node, output: output.output }, top, { node: refOf(node) })
    return end !== undefined && isLink(end) ? [{ ...output, node: end.from, output: end.output }] : []
  }
}

/** What a problem with a link is about: the input that holds it. */
interface Reader {
  readonly node: NodeRef
  readonly input?: string
}

interface Step {
  readonly scope: Scope
  readonly value: InputValue | undefined
  readonly end?: true
}

function withoutSubgraphs(workflow: Workflow): Workflow {
  const rest = { ...workflow }
  Reflect.deleteProperty(rest, 'subgraphs')
  return rest
}

function newMaps(): Pick<Scope, 'paths' | 'scopes' | 'resolved'> {
  return { paths: new Map(), scopes: new Map(), resolved: new Map() }
}

/** Whether a link reads an input of the subgraph that it stands in. */
function isOwnInput({ from }: Link, { inside }: Scope): boolean {
  return inside !== undefined && from === SUBGRAPH_INPUTS
}

function own({ inputs = {} }: WorkflowNode, name: string | number): InputValue | undefined {
  return Object.hasOwn(inputs, name) ? inputs[name] : undefined
}

function noInput(subgraph: Subgraph, reader: Reader, { output }: Link): Problem {
  return {
    code: 'bad_linked_input',
    ...reader,
    problem: `it reads ${JSON.stringify(output)} of subgraph "${subgraph.name}", which has no such input`,
    remedy: listed(subgraph.inputs.map(({ name }) => name), 'input') ?? 'The subgraph has no inputs.',
  }
}

function noOutput(subgraph: Subgraph, node: WorkflowNode, reader: Reader, { output }: Link): Problem {
  return {
    code: 'bad_linked_input',
    ...reader,
    problem:
      `it is linked to output ${JSON.stringify(output)} of subgraph "${subgraph.name}" (node ${node.id}), ` +
      'which has no such output',
    remedy: listed(subgraph.outputs.map(({ name }) => name), 'output') ?? 'The subgraph has no outputs.',
  }
}

function loopProblem(reader: Reader): Problem {
  return {
    code: 'dependency_cycle',
    ...reader,
    problem: 'it is linked to an output of a subgraph that only passes itself on',
    remedy: 'Connect the input of the subgraph to another node.',
  }
}
