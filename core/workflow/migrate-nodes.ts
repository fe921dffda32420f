import type { Definitions } from '../types/definition.ts'
import type { Migration, Migrations, Replacement, Replacements } from '../types/migration.ts'
import { refOf } from './graph.ts'
import { mapInputs } from './rename.ts'
import { inputOf, isLink, subgraphIdOf, type ExposedOutput, type InputValue, type SubgraphOutput } from './workflow.ts'
import type { Parameter, Workflow, WorkflowNode } from './workflow.ts'
import { WorkflowError } from './workflow-error.ts'

/** What migrating needs to know of a node type. */
export interface MigratableType {
  readonly type: string
  readonly version: number
  readonly migrate?: Migrations
  readonly replaces?: Replacements
}

/** A node that was carried over. */
export interface MigratedNode {
  /** The subgraph that it is inside of, by id. */
  readonly within?: string
  readonly node: string
  readonly from: { readonly type: string; readonly version: number }
  readonly to: { readonly type: string; readonly version: number }
}

/** A workflow whose nodes are all written for the versions that there are. */
export interface MigratedWorkflow {
  readonly workflow: Workflow
  readonly migrated: readonly MigratedNode[]
}

/**
 * Carries the nodes of a workflow over to the versions of their types that are here, and nodes of types that are no
 * more to those that replace them. A node that says no version is of version 1. Nodes of unknown types, and of newer
 * versions, stay as they are. The workflow itself where nothing is to be done.
 * @throws WorkflowError when a migration throws
 */
export function migrateNodes(workflow: Workflow, types: Iterable<MigratableType> | TypeTable): MigratedWorkflow {
  const table = types instanceof TypeTable ? types : new TypeTable(types)
  const isCurrent = ({ nodes }: Pick<Workflow, 'nodes'>) => !nodes.some((node) => table.stepsFor(node))
  if (isCurrent(workflow) && (workflow.subgraphs ?? []).every(isCurrent)) return { workflow, migrated: [] }
  const top = new ScopeMigration(workflow.nodes, table)
  const { parameters, outputs, subgraphs } = workflow
  const migrated = [...top.migrated]
  const inner = subgraphs?.map((subgraph) => {
    const inside = new ScopeMigration(subgraph.nodes, table, subgraph.id)
    migrated.push(...inside.migrated)
    return { ...subgraph, nodes: inside.nodes, outputs: subgraph.outputs.map((one) => inside.output(one)) }
  })
  return {
    migrated,
    workflow: {
      ...workflow,
      ...(parameters && { parameters: parameters.map((one) => top.parameter(one)) }),
      ...(outputs && { outputs: outputs.map((one) => top.output(one)) }),
      nodes: top.nodes,
      ...(inner && { subgraphs: inner }),
    },
  }
}

/**
 * The workflow with the version of its type on each node that has one above 1, as a program should save it: what says
 * no version is taken for version 1. Nodes that say a version keep it.
 */
export function stampVersions(workflow: Workflow, definitions: Definitions): Workflow {
  const stamp = (node: WorkflowNode) => {
    const version = definitions.get(node.type)?.version ?? 1
    return node.version === undefined && version > 1 ? { ...node, version } : node
  }
  const { subgraphs } = workflow
  const stamped = subgraphs?.map((subgraph) => ({ ...subgraph, nodes: subgraph.nodes.map(stamp) }))
  return { ...workflow, nodes: workflow.nodes.map(stamp), ...(stamped && { subgraphs: stamped }) }
}

/** The steps that lead a node to the version that is here. */
interface Steps {
  readonly type: MigratableType
  readonly steps: readonly Migration[]
}

/** What is known of node types and of those that they replace: made once where many workflows are carried over. */
export class TypeTable {
  readonly #types: ReadonlyMap<string, MigratableType>
  readonly #replacements = new Map<string, { readonly type: MigratableType; readonly replacement: Replacement }>()

  constructor(types: Iterable<MigratableType>) {
    this.#types = new Map([...types].map((type) => [type.type, type]))
    for (const type of this.#types.values()) {
      for (const [old, replacement] of Object.entries(type.replaces ?? {})) {
        if (!this.#types.has(old) && !this.#replacements.has(old)) this.#replacements.set(old, { type, replacement })
      }
    }
  }

  /** What is to be done with a node, or `undefined` when nothing is. */
  stepsFor(node: WorkflowNode): Steps | undefined {
    const type = this.#types.get(node.type)
    if (type) {
      const steps = stepsFrom(node.version ?? 1, type)
      return steps.length > 0 ? { type, steps } : undefined
    }
    const found = subgraphIdOf(node.type) === undefined ? this.#replacements.get(node.type) : undefined
    if (found === undefined) return undefined
    const { type: other, replacement } = found
    return { type: other, steps: [replacement, ...stepsFrom(replacement.version ?? 1, other)] }
  }
}

function stepsFrom(version: number, { version: current, migrate = {} }: MigratableType): Migration[] {
  const steps: Migration[] = []
  for (let from = version; from < current; from++) {
    const step = migrate[from]
    if (step) steps.push(typeof step === 'function' ? { change: step } : step)
  }
  return steps
}

/** The migration of the nodes of a workflow, or of those inside one subgraph. */
class ScopeMigration {
  readonly nodes: readonly WorkflowNode[]
  readonly migrated: MigratedNode[] = []
  readonly #steps = new Map<string, readonly Migration[]>()

  constructor(nodes: readonly WorkflowNode[], table: TypeTable, within?: string) {
    const carried = nodes.map((node) => {
      const found = table.stepsFor(node)
      if (found === undefined) return node
      const { type, steps } = found
      const to = { type: type.type, version: type.version }
      const from = { type: node.type, version: node.version ?? 1 }
      this.#steps.set(node.id, steps)
      this.migrated.push({ ...(within !== undefined && { within }), node: node.id, from, to })
      return carryOver({ ...node, ...to }, node, steps)
    })
    this.nodes = carried.map((node) => mapInputs(node, (value) => (isLink(value) ? this.#link(value) : value)))
  }

  #link<L extends { readonly from: string; readonly output: string | number }>(link: L): L {
    const output = this.#outputName(link.from, link.output)
    return output === link.output ? link : { ...link, output }
  }

  /** An exposed output, or one of a subgraph, by the name that it has now. */
  output<O extends ExposedOutput | SubgraphOutput>(one: O): O {
    return { ...one, output: this.#outputName('node' in one ? one.node : one.from, one.output) }
  }

  #outputName(node: string, output: string | number): string | number {
    return (this.#steps.get(node) ?? []).reduce((name, { outputs = {} }) =>
      Object.hasOwn(outputs, name) ? outputs[name]! : name, output)
  }

  /** A parameter by the name that its input has now. */
  parameter(one: Parameter): Parameter {
    const input = (this.#steps.get(one.node) ?? []).reduce((name, { inputs = {} }) =>
      Object.hasOwn(inputs, name) ? inputs[name]! : name, one.input)
    return { ...one, input }
  }
}

function carryOver(node: WorkflowNode, old: WorkflowNode, steps: readonly Migration[]): WorkflowNode {
  try {
    return { ...node, inputs: steps.reduce(step, node.inputs ?? {}) }
  } catch (cause) {
    const problem = `it can not be carried over from version ${old.version ?? 1} to version ${node.version}`
    const remedy = 'The plugin that provides it has a mistake; tell its author.'
    throw new WorkflowError({ code: 'migration_failed', node: refOf(old), problem, remedy }, { cause })
  }
}

type Inputs = NonNullable<WorkflowNode['inputs']>

function step(inputs: Inputs, { inputs: names = {}, set = {}, change }: Migration): Inputs {
  const entries = Object.entries(inputs).map(([name, value]): [string, InputValue] =>
    [Object.hasOwn(names, name) ? names[name]! : name, value])
  const added = Object.entries(set).filter(([name]) => !entries.some(([known]) => known === name))
  const all = Object.fromEntries([...entries, ...added.map(([name, value]) => [name, inputOf(value)] as const)])
  return change ? change(all) : all
}
