import type { Mapping, NodeType, Ports, ResourceClass } from './node-type.ts'
import type { Port, PortData } from './port.ts'
import type { SocketType } from './socket.ts'

/** An input socket as data. */
export interface InputDefinition extends PortData {
  readonly name: string
  readonly socket: SocketType
  /** Whether a workflow must give it a value or a link. */
  readonly required: boolean
}

/** An output socket as data; its place in the list is its slot on the wire. */
export interface OutputDefinition {
  readonly name: string
  /** Of one item, where the output gives a list to be mapped over. */
  readonly socket: SocketType
  readonly tooltip?: string
  readonly each?: true
}

/** A node type as data (JSON): all that editor, HTTP and validation need to know of it. */
export interface NodeDefinition {
  readonly type: string
  readonly version: number
  readonly title: string
  readonly category: string
  readonly summary?: string
  readonly resource: ResourceClass
  readonly output: boolean
  readonly idempotent: boolean
  readonly deprecated?: boolean
  readonly experimental?: boolean
  /** Only expansions use it; menus leave it out. */
  readonly internal?: boolean
  /** Takes whole lists. */
  readonly inputList?: true
  /** How lists are gone through, where it is not `zip`. */
  readonly mapping?: Mapping
  /** The plugin that provides it. */
  readonly plugin?: string
  readonly inputs: readonly InputDefinition[]
  readonly outputs: readonly OutputDefinition[]
  /** Which hooks only a worker can answer. */
  readonly hooks: { readonly validate: boolean; readonly fingerprint: boolean }
}

/** Node definitions by type id. */
export type Definitions = ReadonlyMap<string, NodeDefinition>

/** The definitions of some node types by their ids. */
export function definitionMap(definitions: Iterable<NodeDefinition>): Definitions {
  return new Map([...definitions].map((definition) => [definition.type, definition]))
}

/** Writes a node type down as data. Computed choices are left open; `resolveChoices` in core/run asks for them. */
export function describeNode(node: NodeType, plugin?: string): NodeDefinition {
  return {
    type: node.type,
    version: node.version,
    title: node.title ?? node.type,
    category: node.category,
    ...(node.summary !== undefined && { summary: node.summary }),
    resource: node.resource,
    output: node.output,
    idempotent: node.idempotent,
    ...(node.deprecated && { deprecated: true }),
    ...(node.experimental && { experimental: true }),
    ...(node.internal && { internal: true }),
    ...(node.inputList && { inputList: true }),
    ...(node.mapping === 'product' && { mapping: node.mapping }),
    ...(plugin !== undefined && { plugin }),
    inputs: describePorts(node.inputs, describeInput),
    outputs: describePorts(node.outputs, describeOutput),
    hooks: { validate: hasChecks(node), fingerprint: node.fingerprint !== undefined },
  }
}

function hasChecks({ validate, inputs }: NodeType): boolean {
  return validate !== undefined || Object.values(inputs).some((port) => port.validate)
}

function describePorts<D>(ports: Ports, describe: (name: string, port: Port<unknown>) => D): D[] {
  return Object.entries(ports).map(([name, port]) => describe(name, port))
}

function describeInput(name: string, { type, data, isOptional }: Port<unknown>): InputDefinition {
  const required = !isOptional && data.default === undefined && data.hidden === undefined
  return { name, socket: type.socket, required, ...data }
}

function describeOutput(name: string, { type, data }: Port<unknown>): OutputDefinition {
  const { tooltip, each } = data
  return { name, socket: type.socket, ...(tooltip !== undefined && { tooltip }), ...(each && { each }) }
}
