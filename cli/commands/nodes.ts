/** `kinograph nodes`: the node types, or one of them in full. */
import type { InputDefinition, NodeDefinition } from '../../core/types/definition.ts'
import { socketText } from '../../core/types/socket.ts'
import { nearest, parseArguments, UsageError } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { foldersOf } from '../folders.ts'
import { table } from '../print.ts'
import { askOnce } from '../question.ts'
import { nodesSpec } from '../specs.ts'

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands: [type] } = parseArguments(nodesSpec, argv)
  const folders = foldersOf({ modelsDir: options['models-dir'] })
  const { definitions } = await askOnce({ type: 'nodes', id: 'nodes', folders })
  const shown = type === undefined ? definitions.filter(({ internal }) => !internal) : [definitionOf(type, definitions)]
  if (options.json) process.stdout.write(`${JSON.stringify(type === undefined ? shown : shown[0], null, 2)}\n`)
  else process.stdout.write(`${type === undefined ? overview(shown) : shown.map(describe).join('\n\n')}\n`)
  return EXIT.ok
}

function definitionOf(type: string, definitions: readonly NodeDefinition[]): NodeDefinition {
  const types = definitions.map((definition) => definition.type)
  const found = definitions[types.indexOf(type)] ?? definitions.find((one) => one.type.toLowerCase() === type.toLowerCase())
  if (found !== undefined) return found
  const near = nearest(type, types)
  throw new UsageError(`There is no node type ${JSON.stringify(type)}. ` +
    (near === undefined ? `There are: ${types.join(', ')}.` : `Did you mean ${near}?`))
}

const overview = (definitions: readonly NodeDefinition[]) =>
  table(definitions.map(({ type, category, summary }) => [type, category, summary ?? '']))

function describe({ type, version, category, summary, inputs, outputs }: NodeDefinition): string {
  const shown = inputs.filter((input) => input.hidden === undefined)
  return [
    `${type} (version ${version}, ${category})`,
    ...(summary === undefined ? [] : [summary]),
    ...(shown.length === 0 ? [] : ['', 'Inputs:', indent(table(shown.map((input) => [input.name, valueText(input), note(input)])))]),
    ...(outputs.length === 0 ? [] : ['', 'Outputs:', indent(table(outputs.map(({ name, socket }) => [name, socketText(socket)])))]),
  ].join('\n')
}

const indent = (text: string) => text.split('\n').map((line) => `  ${line}`.trimEnd()).join('\n')

/** What the input takes: `INT 1 to 1000`, `one of Euler, DDIM`. */
function valueText({ socket, min, max, choices }: InputDefinition): string {
  if (choices !== undefined) return choices.length === 0 ? 'a choice; there is none yet' : `one of ${choices.join(', ')}`
  const bounded = min !== undefined && max !== undefined && max < Number.MAX_SAFE_INTEGER
  return socketText(socket) + (bounded ? ` ${min} to ${max}` : '')
}

function note({ required, default: preset, tooltip }: InputDefinition): string {
  const state = required ? 'required' : preset === undefined ? 'optional' : `default ${JSON.stringify(preset)}`
  return tooltip === undefined ? state : `${state}; ${tooltip}`
}
