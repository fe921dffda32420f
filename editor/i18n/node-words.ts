/** Definitions of nodes in the language that is shown. Node types, names of sockets and choices stay what they are: only what people read changes. */
import type { Definitions, InputDefinition, NodeDefinition, OutputDefinition } from '../../core/types/definition.ts'

/** What a language says of node types. What it lacks stays as the definition has it. */
export interface NodeWords {
  /** By one part of a category's path. */
  readonly categories: Readonly<Record<string, string>>
  /** Title and summary. */
  readonly types: Readonly<Record<string, readonly [title: string, summary?: string]>>
  /** Of inputs and outputs, by name, or `Type.name`. */
  readonly sockets: Readonly<Record<string, string>>
  /** By what they are in English. */
  readonly tooltips: Readonly<Record<string, string>>
}

/** An output that may have a title in the language that is shown. */
export interface ShownOutput extends OutputDefinition {
  readonly title?: string
}

/** The definitions with the words of a language; as they are where there are none. Only of our own types: plugins have words of their own. */
export function translated(definitions: Definitions, words: NodeWords | undefined): Definitions {
  if (words === undefined) return definitions
  return new Map([...definitions].map(([type, definition]) => [type, Object.hasOwn(words.types, type) ? translate(definition, words) : definition]))
}

function translate(definition: NodeDefinition, words: NodeWords): NodeDefinition {
  const [title, summary] = words.types[definition.type]!
  return {
    ...definition, title, ...(summary !== undefined && { summary }),
    category: definition.category.split('/').map((part) => word(words.categories, part) ?? part).join('/'),
    inputs: definition.inputs.map((input): InputDefinition => said(input, definition.type, words)),
    outputs: definition.outputs.map((output): ShownOutput => said<ShownOutput>(output, definition.type, words)),
  }
}

function said<S extends { readonly name: string; readonly title?: string; readonly tooltip?: string }>(socket: S, type: string, words: NodeWords): S {
  const title = word(words.sockets, `${type}.${socket.name}`) ?? word(words.sockets, socket.name)
  const tooltip = socket.tooltip === undefined ? undefined : word(words.tooltips, socket.tooltip)
  return { ...socket, ...(title !== undefined && { title }), ...(tooltip !== undefined && { tooltip }) }
}

/** Names come from outside: `constructor` is none of ours. */
function word(words: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined
}
