/** What `kinograph run WORKFLOW --help` says: the workflow as a command, its parameters as options. */
import { shortText } from '../core/types/json.ts'
import { RANDOM_SEED } from '../core/types/literal.ts'
import { socketText } from '../core/types/socket.ts'
import type { WorkflowInterface } from '../worker/protocol.ts'
import { parseArguments, UsageError } from './arguments.ts'
import type { CommandSpec } from './arguments.ts'
import { foldersOf } from './folders.ts'
import { columns } from './help.ts'
import { askOnce } from './question.ts'

type ParameterRow = WorkflowInterface['parameters'][number]

const MAX_CHOICES = 12

/** The help for the workflow that a command line names, or `undefined` where it names none. */
export async function workflowHelp(spec: CommandSpec, argv: readonly string[]): Promise<string | undefined> {
  const workflow = workflowIn(spec, argv.filter((word) => word !== '--help' && word !== '-h'))
  if (workflow === undefined || spec.openOptions === undefined) return undefined
  const folders = foldersOf({ workflow })
  const found = await askOnce({ type: 'interface', id: 'interface', folders, workflow: { path: workflow } })
  return interfaceText(`kinograph ${spec.name} ${workflow}`, found)
}

function workflowIn(spec: CommandSpec, argv: readonly string[]): string | undefined {
  try {
    return parseArguments(spec, argv).operands[0]
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}

/** The parameters and outputs of a workflow, as help shows options. */
export function interfaceText(words: string, { title, description, parameters, outputs }: WorkflowInterface): string {
  const option = (one: ParameterRow) => `--${one.name.replaceAll('_', '-')} ${valueWord(one)}`
  const rows = parameters.map((one): [string, string] => [option(one), noteOf(one)])
  const none = 'It has no parameters; --set NODE.INPUT=VALUE sets any input.'
  const named = outputs.map(({ name, socket, description: about }): [string, string] =>
    [name, [socket && socketText(socket), about].filter(Boolean).join('; ')])
  return [
    ...(title === undefined ? [] : [title]),
    ...(description === undefined ? [] : [description]),
    ...(title === undefined && description === undefined ? [] : ['']),
    `Usage: ${words}${rows.length === 0 ? '' : ' [--PARAMETER VALUE …]'} [OPTIONS]`,
    '',
    ...(rows.length === 0 ? [none] : ['Parameters:', columns(rows)]),
    ...(named.length === 0 ? [] : ['', 'Outputs:', columns(named)]),
  ].join('\n')
}

function valueWord({ definition }: ParameterRow): string {
  if (definition === undefined) return 'VALUE'
  return definition.choices ? 'CHOICE' : socketText(definition.socket).replaceAll(' ', '-')
}

function noteOf({ description, definition, value }: ParameterRow): string {
  const about = description ?? definition?.tooltip
  const now = value !== undefined && `now ${shortText(value)}`
  return [about, definition && rangeText(definition), now].filter(Boolean).join('; ')
}

/** What a value may be, past its type. */
function rangeText({ min, max, choices, seed }: NonNullable<ParameterRow['definition']>): string | undefined {
  if (choices) return `one of ${choices.slice(0, MAX_CHOICES).join(', ')}${choices.length > MAX_CHOICES ? ', …' : ''}`
  if (seed) return `a whole number, ${RANDOM_SEED}, or "increment 1" (runs of a batch count up)`
  if (min !== undefined && max !== undefined && max < Number.MAX_SAFE_INTEGER) return `${min} to ${max}`
  return min === undefined ? undefined : `${min} or more`
}
