/** Inputs of nodes as JSON Schema and as TypeScript: for forms, clients and the typed routes of workflows. */
import type { InputDefinition, NodeDefinition, OutputDefinition } from '../../core/types/definition.ts'
import type { Json, JsonObject } from '../../core/types/json.ts'
import { isList, isUnion, socketText, type SocketType } from '../../core/types/socket.ts'

const LINK: JsonObject = {
  type: 'object', required: ['from', 'output'], additionalProperties: false, description: 'A link to an output of another node.',
  properties: { from: { type: 'string' }, output: { type: ['string', 'integer'] } },
}

/** JSON Schema (2020-12) of the `inputs` of a node in a workflow: values, or links where they may stand. */
export function nodeInputsSchema({ type, inputs, summary }: NodeDefinition): JsonObject {
  const own = inputs.filter(({ hidden }) => hidden === undefined)
  const names = Object.fromEntries(own.filter(({ variadic }) => !variadic).map((input) => [input.name, valueOrLink(input)]))
  const patterns = Object.fromEntries(own.filter(({ variadic }) => variadic).map((input) => [`^${input.name}\\.\\d+$`, valueOrLink(input)]))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Inputs of ${type}`,
    ...(summary !== undefined && { description: summary }),
    type: 'object',
    properties: names,
    ...(Object.keys(patterns).length > 0 && { patternProperties: patterns }),
    required: own.filter(({ required, variadic }) => required && !variadic).map(({ name }) => name),
    additionalProperties: false,
  }
}

function valueOrLink(input: InputDefinition): Json {
  const value = literalSchema(input)
  return value === undefined ? { ...LINK, description: `A link to an output of the type ${socketText(input.socket)}.` } : { anyOf: [value, LINK] }
}

/** JSON Schema of the values that may be written at an input; `undefined` where only a link may stand. */
export function literalSchema(input: InputDefinition): JsonObject | undefined {
  const base = socketSchema(input.socket, input)
  if (base === undefined) return undefined
  const { title, tooltip, default: initial, secret, advanced } = input
  const said = {
    ...(title !== undefined && { title }), ...(tooltip !== undefined && { description: tooltip }),
    ...(initial !== undefined && { default: initial }), ...(secret && { writeOnly: true }), ...(advanced && { 'x-advanced': true }),
  }
  return input.seed ? { anyOf: [base, { type: 'string', pattern: '^(random|increment \\d+)$' }], ...said } : { ...base, ...said }
}

function socketSchema(socket: SocketType, input: InputDefinition): JsonObject | undefined {
  if (isUnion(socket)) {
    const members = socket.anyOf.map((one) => socketSchema(one, input)).filter((one) => one !== undefined)
    return members.length === 0 ? undefined : { anyOf: members }
  }
  if (isList(socket)) {
    const items = socketSchema(socket.list, input)
    return items && { type: 'array', items }
  }
  return scalarSchema(socket, input)
}

function scalarSchema(socket: string, { min, max, choices }: InputDefinition): JsonObject | undefined {
  const range = { ...(min !== undefined && { minimum: min }), ...(max !== undefined && { maximum: max }) }
  switch (socket) {
    case 'INT': return { type: 'integer', ...range }
    case 'FLOAT': return { type: 'number', ...range }
    case 'BOOLEAN': return { type: 'boolean' }
    case 'STRING': return { type: 'string' }
    case 'COMBO': return { type: 'string', ...(choices && choices.length > 0 && { enum: choices }) }
    case '*': return {}
    default: return undefined
  }
}

/** The TypeScript type of the values that may be written at an input. */
export function literalType(input: InputDefinition): string {
  const type = socketTypeText(input.socket, input)
  return input.seed ? `${type} | 'random' | \`increment \${number}\`` : type
}

function socketTypeText(socket: SocketType, input: InputDefinition): string {
  if (isUnion(socket)) return [...new Set(socket.anyOf.map((one) => socketTypeText(one, input)))].join(' | ')
  if (isList(socket)) return `readonly (${socketTypeText(socket.list, input)})[]`
  switch (socket) {
    case 'INT':
    case 'FLOAT': return 'number'
    case 'BOOLEAN': return 'boolean'
    case 'STRING': return 'string'
    case 'COMBO': return input.choices && input.choices.length > 0 ? input.choices.map((one) => quoted(one)).join(' | ') : 'string'
    case '*': return 'unknown'
    default: return 'never'
  }
}

const quoted = (text: string): string => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll('\'', '\\\'')}'`
const comment = (text: string): string => text.replaceAll('*/', '* /').replace(/\s+/g, ' ')
const identifier = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^(?=\p{N})/u, '_')

/** TypeScript declarations of node types: an interface each for inputs and outputs. */
export function nodeTypes(definitions: readonly NodeDefinition[]): string {
  const head = '/** A link to an output of another node. */\nexport interface Link<T extends string> { readonly from: string; readonly output: string | number; readonly type?: T }\n'
  return [head, ...definitions.map(nodeType)].join('\n')
}

function nodeType({ type, summary, inputs, outputs }: NodeDefinition): string {
  const lines = inputs.filter(({ hidden }) => hidden === undefined).flatMap(inputLine)
  const given = outputs.map(({ name, socket }: OutputDefinition) => `  readonly ${quoted(name)}: ${quoted(socketText(socket))}`)
  return `${summary === undefined ? '' : `/** ${comment(summary)} */\n`}export interface ${identifier(type)}Inputs {\n${lines.join('\n')}\n}\n`
    + `export interface ${identifier(type)}Outputs {\n${given.join('\n')}\n}\n`
}

function inputLine(input: InputDefinition): string[] {
  const literal = literalType(input)
  const link = `Link<${quoted(socketText(input.socket))}>`
  const type = literal === 'never' ? link : `${literal} | ${link}`
  const name = input.variadic ? `[${identifier(input.name)}: \`${input.name}.\${number}\`]` : `${quoted(input.name)}${input.required ? '' : '?'}`
  return [...(input.tooltip === undefined ? [] : [`  /** ${comment(input.tooltip)} */`]), `  readonly ${name}: ${type}`]
}
