import { createHash } from 'node:crypto'
import { defineNode, type NodeType } from '../types/node-type.ts'
import type { ValueType } from '../types/value-type.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { apiVersionProblem } from './api-version.ts'
import type { LoadedPlugin } from './plugin.ts'

/** What is known of a plugin before its module is looked into. */
export interface PluginIdentity {
  /** Its package name or folder; used unless the plugin names itself. */
  readonly id: string
  /** Of its package; used unless the plugin says one. */
  readonly version?: string
  /** Hash of its content, see `contentHash`. */
  readonly hash: string
}

/**
 * Takes a plugin out of its imported module: the `default` export made by `definePlugin`. Nothing in it is trusted to
 * have the right form, since plugins may be plain JavaScript.
 * @throws WorkflowError `invalid_plugin`, naming the plugin and what is wrong with it.
 */
export function loadPlugin(module: unknown, identity: PluginIdentity): LoadedPlugin {
  const plugin = property(module, 'default')
  const name = textOf(property(plugin, 'name')) ?? identity.id
  const version = textOf(property(plugin, 'version')) ?? identity.version
  refuseOtherApi(property(plugin, 'apiVersion'), name)
  const nodes = property(plugin, 'nodes')
  const types = property(plugin, 'types')
  if (!Array.isArray(nodes)) {
    const remedy = 'Write: export default definePlugin({ nodes: [...] }).'
    throw invalid(name, 'its default export has no list `nodes`', remedy)
  }
  return {
    id: name,
    ...(version !== undefined && { version }),
    hash: identity.hash,
    nodes: nodes.map((node: unknown, index) => checkedNode(node, index, name)),
    ...(Array.isArray(types) && { types: types.map((type: unknown, index) => checkedType(type, index, name)) }),
  }
}

/**
 * Refuses a plugin that is written for another version of the plugin API.
 * @param wanted what the plugin or its package.json says of it
 * @throws WorkflowError `invalid_plugin`
 */
export function refuseOtherApi(wanted: unknown, plugin: string): void {
  const refused = apiVersionProblem(wanted)
  if (refused) throw invalid(plugin, refused.problem, refused.remedy)
}

/** The hash of a plugin's content: its files in a fixed order. */
export function contentHash(contents: Iterable<Uint8Array | string>): string {
  const hash = createHash('sha256')
  for (const content of contents) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    hash.update(`${bytes.byteLength}:`).update(bytes)
  }
  return hash.digest('base64url')
}

function checkedNode(node: unknown, index: number, plugin: string): NodeType {
  const type = property(node, 'type')
  const called = typeof type === 'string' ? `node type "${type}"` : `nodes[${index}]`
  if (!isNodeType(node)) {
    const problem = `${called} is no node type: it needs type, inputs, outputs and run`
    throw invalid(plugin, problem, 'Make it with defineNode.')
  }
  try {
    return Object.freeze(defineNode(node))
  } catch (error) {
    throw invalid(plugin, `${called}: ${error instanceof Error ? error.message : String(error)}`, undefined, error)
  }
}

function isNodeType(value: unknown): value is NodeType {
  const hasPorts = [property(value, 'inputs'), property(value, 'outputs')].every(isPorts)
  return hasPorts && typeof property(value, 'type') === 'string' && typeof property(value, 'run') === 'function'
}

function isPorts(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).every((port) => typeof property(port, 'accepts') === 'function')
}

function checkedType(value: unknown, index: number, plugin: string): ValueType<unknown> {
  if (isValueType(value)) return value
  throw invalid(plugin, `types[${index}] is no value type`, 'Make it with defineType.')
}

function isValueType(value: unknown): value is ValueType<unknown> {
  return typeof property(value, 'id') === 'string' && typeof property(value, 'check') === 'function'
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

/** What is wrong with a plugin, by its name. */
export function invalid(plugin: string, problem: string, remedy?: string, cause?: unknown): WorkflowError {
  return new WorkflowError({ code: 'invalid_plugin', problem: `plugin "${plugin}": ${problem}`, ...(remedy !== undefined && { remedy }) }, { cause })
}
