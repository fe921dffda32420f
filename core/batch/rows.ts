import { WorkflowError } from '../workflow/workflow-error.ts'
import type { Table } from './csv.ts'

/** What one run of a batch sets. */
export interface BatchRow {
  /** `node.input=value`. */
  readonly set: readonly string[]
  readonly parameters: Readonly<Record<string, string>>
  /** What is special about this run, for people: `seed=4, prompt=a red ball`. */
  readonly label: string
}

/** Runs of one workflow with different values. Their number is known before any of them is made. */
export interface Batch {
  readonly count: number
  /** @param index from 0 to `count` - 1 */
  row(index: number): BatchRow
}

/** More runs than this are refused: nobody means them. */
export const MAX_RUNS = 100_000

/** What the command line says. */
export interface BatchRequest {
  /** `node.input=value` or `parameter=value`; `1..10` for a value means each of these numbers. */
  readonly set: readonly string[]
  readonly parameters: Readonly<Record<string, string>>
  /** A run for each row; columns are parameters or node.input. An empty cell leaves the value as it is. */
  readonly table?: Table
}

/** One thing that varies: an input and its values, or the rows of a table. */
interface Axis {
  readonly count: number
  settings(index: number): readonly Setting[]
}

interface Setting {
  readonly name: string
  readonly value: string
}

/**
 * The runs that a command line means: each row of the table with each combination of the ranges, the last range
 * counting fastest. One run where nothing varies.
 * @throws WorkflowError for a range that goes backwards, a table without rows, and more than MAX_RUNS runs
 */
export function planBatch({ set, parameters, table }: BatchRequest): Batch {
  const fixed: Setting[] = []
  const axes: Axis[] = table ? [tableAxis(table)] : []
  for (const text of set) {
    const setting = settingOf(text)
    const axis = setting && rangeAxis(setting)
    if (axis) axes.push(axis)
    else if (setting) fixed.push(setting)
  }
  const loose = set.filter((text) => settingOf(text) === undefined) // told by who applies them
  const count = axes.reduce((product, axis) => product * axis.count, 1)
  if (count > MAX_RUNS) {
    throw new WorkflowError({
      code: 'invalid_override', problem: `the batch has ${count} runs, expected at most ${MAX_RUNS}`, remedy: 'Split it into several.',
    })
  }
  return { count, row: (index) => rowOf(settingsAt(axes, index), { fixed, loose, parameters }) }
}

function settingOf(text: string): Setting | undefined {
  const equals = text.indexOf('=')
  return equals <= 0 ? undefined : { name: text.slice(0, equals), value: text.slice(equals + 1) }
}

const RANGE = /^(-?\d{1,15})\.\.(-?\d{1,15})$/

function rangeAxis({ name, value }: Setting): Axis | undefined {
  const [, first, last] = RANGE.exec(value) ?? []
  if (first === undefined || last === undefined) return undefined
  const count = Number(last) - Number(first) + 1
  if (count < 1) {
    const problem = `${name}: expected a range that goes up, got ${value}`
    throw new WorkflowError({ code: 'invalid_override', problem, remedy: `Write ${last}..${first}.` })
  }
  return { count, settings: (index) => [{ name, value: String(Number(first) + index) }] }
}

function tableAxis({ columns, rows }: Table): Axis {
  if (rows.length === 0) {
    throw new WorkflowError({ code: 'invalid_override', problem: 'the table has no rows', remedy: 'Write a line for each run below the names.' })
  }
  const settings = (index: number) => rows[index]!.map((value, column) => ({ name: columns[column]!, value }))
  return { count: rows.length, settings: (index) => settings(index).filter(({ value }) => value !== '') }
}

function settingsAt(axes: readonly Axis[], index: number): readonly Setting[] {
  const parts: (readonly Setting[])[] = []
  let rest = index
  for (const axis of axes.toReversed()) {
    parts.push(axis.settings(rest % axis.count))
    rest = Math.floor(rest / axis.count)
  }
  return parts.toReversed().flat()
}

interface Common {
  readonly fixed: readonly Setting[]
  readonly loose: readonly string[]
  readonly parameters: Readonly<Record<string, string>>
}

/** What varies comes last: it wins over what is the same for all runs. */
function rowOf(varied: readonly Setting[], { fixed, loose, parameters }: Common): BatchRow {
  const all = [...fixed, ...varied]
  const isInput = ({ name }: Setting) => name.includes('.')
  const named = all.filter((setting) => !isInput(setting)).map(({ name, value }) => [name, value] as const)
  return {
    set: [...loose, ...all.filter(isInput).map(({ name, value }) => `${name}=${value}`)],
    parameters: Object.fromEntries([...Object.entries(parameters), ...named]),
    label: varied.map(({ name, value }) => `${name}=${value.length > 60 ? `${value.slice(0, 59)}…` : value}`).join(', '),
  }
}
