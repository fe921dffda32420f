import { socketText } from '../core/types/index.ts'
import type { InputDefinition, Json, NodeDefinition, OutputDefinition } from '../core/types/index.ts'
import type { SharedNames } from './shared-names.ts'

/** The page on all node types, as Markdown: a table for each category, written from the definitions alone. */
export function nodeReference(
  definitions: readonly NodeDefinition[], shared: ReadonlyMap<string, SharedNames>,
): string {
  const categories = grouped(definitions)
  const sections = [...categories].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([category, nodes]) => section(category, nodes, shared))
  return `${[intro(definitions.length, shared.size), ...sections].join('\n\n')}\n`
}

function grouped(definitions: readonly NodeDefinition[]): Map<string, NodeDefinition[]> {
  const groups = new Map<string, NodeDefinition[]>()
  for (const one of definitions) groups.set(one.category, [...groups.get(one.category) ?? [], one])
  return groups
}

const intro = (count: number, shared: number) => `# Node types

Written from the definitions of the ${count} built-in node types (\`npx vitest run nodes/reference.test.ts -u\`); \`kinograph nodes TYPE\`
says more about each. An input with \`=\` may be left out and then has that value, one with \`?\` may be left out.
\`[]\` is a list: what an output with it is linked to runs once for each item.

◆ The ${shared} types marked so are ComfyUI's: their ids and the names and order of their inputs and outputs are kept, so that its
graphs run. Inputs after the \`+\` are ours. Known differences: regular expressions are RE2's, without look-around and
back-references, so that none takes for ever; videos carry no sound; scaled pictures of bytes stay bytes.`

function section(category: string, nodes: readonly NodeDefinition[], shared: ReadonlyMap<string, SharedNames>): string {
  const rows = nodes.map((node) => row(node, shared.get(node.type)))
  return [`## ${category}`, '', '| node | inputs | outputs |', '| --- | --- | --- |', ...rows].join('\n')
}

function row({ type, summary = '', inputs, outputs }: NodeDefinition, shared: SharedNames | undefined): string {
  const shown = inputs.filter(({ hidden }) => hidden === undefined)
  const theirs = shared ? shown.slice(0, shared.inputs.length) : shown
  const ours = shared ? shown.slice(shared.inputs.length) : []
  const given = theirs.map(inputText).join(', ') + (ours.length > 0 ? ` + ${ours.map(inputText).join(', ')}` : '')
  return `| **\`${type}\`**${shared ? ' ◆' : ''}<br>${cell(summary)} | ${given} | ${outputs.map(outputText).join(', ')} |`
}

function inputText(input: InputDefinition): string {
  const { name, socket, default: fallback, required, variadic, seed } = input
  const type = seed ? 'seed' : input.choices ? choicesText(input.choices) : socketText(socket) + rangeText(input)
  const left = fallback !== undefined ? ` = ${valueText(fallback)}` : required ? '' : '?'
  return cell(`\`${name}${variadic ? '.0, .1, …' : ''}\` ${type}${left}`)
}

const outputText = ({ name, socket, each }: OutputDefinition): string => {
  const type = socketText(socket)
  return cell(`\`${name}\`${type === name ? '' : ` ${type}`}${each ? ' []' : ''}`)
}

const choicesText = (choices: readonly string[]): string => choices.join(' / ')

function rangeText({ min, max }: InputDefinition): string {
  if (min === undefined && max === undefined) return ''
  return ` ${min ?? ''}…${max ?? ''}`
}

const valueText = (value: Json): string => value === '' ? '""' : `\`${typeof value === 'string' ? value.replaceAll('\n', '\\n') : JSON.stringify(value)}\``

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
