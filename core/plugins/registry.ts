import { describeNode, type Definitions, type NodeDefinition } from '../types/definition.ts'
import type { NodeType } from '../types/node-type.ts'
import type { ValueType } from '../types/value-type.ts'
import { BUILT_IN_TYPES } from '../types/scalars.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import type { LoadedPlugin } from './plugin.ts'

/** A node type with the plugin it came from and its definition as data. */
export interface RegisteredNode {
  readonly node: NodeType
  readonly plugin: LoadedPlugin
  readonly definition: NodeDefinition
}

/** All node and value types that a run can meet. */
export interface Registry {
  readonly nodes: ReadonlyMap<string, RegisteredNode>
  /** The definitions of all node types, as data. */
  readonly definitions: Definitions
  /** Value types by id. */
  readonly types: ReadonlyMap<string, ValueType<unknown>>
}

/**
 * Puts plugins together.
 * @throws WorkflowError `duplicate_node_type` or `duplicate_value_type` when two claim one id; it names both plugins.
 */
export function createRegistry(plugins: readonly LoadedPlugin[]): Registry {
  const nodes = new Map<string, RegisteredNode>()
  const types = new TypeTable()
  for (const plugin of plugins) {
    for (const node of plugin.nodes) {
      refuseSecondClaim(nodes.get(node.type), node, plugin)
      nodes.set(node.type, { node, plugin, definition: describeNode(node, plugin.id) })
      for (const port of [...Object.values(node.inputs), ...Object.values(node.outputs)]) types.add(port.type, plugin)
    }
    for (const type of plugin.types ?? []) types.add(type, plugin)
  }
  const definitions = new Map([...nodes].map(([type, { definition }]) => [type, definition]))
  return { nodes, definitions, types: types.byId }
}

function refuseSecondClaim(first: RegisteredNode | undefined, { type }: NodeType, { id }: LoadedPlugin): void {
  if (first === undefined) return
  const { id: owner } = first.plugin
  const claims = owner === id ? `plugin "${id}" claims it twice` : `both "${owner}" and "${id}" claim it`
  throw new WorkflowError({
    code: 'duplicate_node_type',
    problem: `node type "${type}" is claimed by two nodes: ${claims}`,
    remedy: 'Rename one of them, or remove one of the plugins.',
  })
}

/** Value types by id, with who brought them. The same type on many sockets is one claim. */
class TypeTable {
  readonly byId = new Map<string, ValueType<unknown>>()
  readonly #owners = new Map<string, string>()

  constructor() {
    for (const type of BUILT_IN_TYPES) this.#claim(type, 'the engine')
  }

  /** Notes a type under its plugin. Lists, unions and `any` are made of others and have no claim of their own. */
  add(type: ValueType<unknown>, plugin: LoadedPlugin): void {
    if (type.socket === type.id && type.id !== '*') this.#claim(type, `plugin "${plugin.id}"`)
  }

  #claim(type: ValueType<unknown>, owner: string): void {
    const known = this.byId.get(type.id)
    if (known !== undefined && known !== type) {
      throw new WorkflowError({
        code: 'duplicate_value_type',
        problem: `value type "${type.id}" is defined twice: by ${this.#owners.get(type.id)} and by ${owner}`,
        remedy: 'Import the type from the one that defines it, or give the second another id.',
      })
    }
    if (known === undefined) this.#owners.set(type.id, owner)
    this.byId.set(type.id, type)
  }
}
