/** The texts of `--help`, made from the commands' specs. */
import type { CommandSpec, OptionSpec } from './arguments.ts'
import { PLUGIN_OPTIONS } from './plugin-options.ts'

/** Two columns, the second starting where the longest of the first ends. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join('\n')
}

const optionName = (name: string, option: OptionSpec) =>
  option.type === 'flag' ? `--${name}` : `--${name} ${option.value ?? 'VALUE'}`

/** `kinograph --help`. */
export function generalHelp(specs: readonly CommandSpec[], version: string): string {
  return [
    `kinograph ${version}: text to video from a graph of nodes, without Python`,
    '',
    'Usage: kinograph COMMAND …',
    '',
    columns(specs.map((spec) => [`${spec.name} ${operandsText(spec)}`, spec.summary])),
    '',
    'Every command takes:',
    columns(PLUGIN_OPTIONS),
    '',
    'kinograph COMMAND --help says more about a command; kinograph --version prints the version.',
    'Exit codes: 0 done, 1 failed, 2 the command line or the workflow is wrong, 130 cancelled.',
  ].join('\n')
}

const operandsText = ({ operands }: CommandSpec) =>
  operands.map(({ name, optional, many }) => optional ? `[${name}]` : many ? `${name}…` : name).join(' ')

/** `kinograph COMMAND --help`. */
export function commandHelp(spec: CommandSpec): string {
  const options: [string, string][] = Object.entries(spec.options).map(([name, option]) => [optionName(name, option), option.help])
  if (spec.openOptions !== undefined) {
    options.unshift(['--PARAMETER VALUE', 'set a parameter of the workflow: --prompt, --negative-prompt, --seed, --steps …'])
  }
  const words = ['kinograph', spec.name, operandsText(spec), '[OPTIONS]'].filter(Boolean).join(' ')
  const operands = spec.operands.length === 0 ? [] : ['', columns(spec.operands.map(({ name, help }) => [name, help]))]
  const examples = spec.examples === undefined ? [] : ['', 'Examples:', ...spec.examples.map((line) => `  ${line}`)]
  const optionLines = options.length === 0 ? [] : ['', 'Options:', columns(options)]
  return [spec.summary, '', `Usage: ${words}`, ...operands, ...optionLines, ...examples].join('\n')
}
