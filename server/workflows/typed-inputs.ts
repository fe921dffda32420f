/** The named inputs of a workflow as a typed body: its JSON Schema, its TypeScript, and the check of one. */
import type { Json, JsonObject } from '../../core/types/json.ts'
import { literalProblem } from '../../core/types/literal.ts'
import { didYouMean, listed } from '../../core/workflow/suggest.ts'
import { invalid } from '../api/check.ts'
import type { FieldProblem } from '../api/errors.ts'
import { literalSchema, literalType } from '../api/input-schema.ts'
import type { NamedInput } from './saved.ts'

/** JSON Schema of the body of POST /api/run/{workflow}. What it leaves out stays as the file has it. */
export function inputsSchema(inputs: readonly NamedInput[]): JsonObject {
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(inputs.map((input) => [input.name, inputSchema(input)])) }
}

function inputSchema({ description, value, definition }: NamedInput): JsonObject {
  const base = definition ? literalSchema(definition) ?? {} : {}
  const isOpen = value !== undefined && !definition?.secret
  return { ...base, ...(description !== undefined && { description }), ...(isOpen && { default: value }) }
}

/** The same as a TypeScript interface. */
export function inputsType(name: string, inputs: readonly NamedInput[]): string {
  const lines = inputs.flatMap(({ name, description, definition }) => [
    ...(description === undefined ? [] : [`  /** ${description.replaceAll('*/', '* /').replace(/\s+/g, ' ')} */`]),
    `  readonly ${JSON.stringify(name)}?: ${definition ? literalType(definition) : 'unknown'}`,
  ])
  return `/** What can be set in the workflow ${JSON.stringify(name).replaceAll('*/', '* /')}. */\nexport interface Inputs {\n${lines.join('\n')}\n}\n`
}

/** Throws a 400 that names each value which its input does not take. */
export function checkInputs(inputs: readonly NamedInput[], given: Readonly<Record<string, Json>>): void {
  const plain = (text: string) => text.replaceAll('-', '_')
  const problems = Object.entries(given).flatMap(([name, value]): FieldProblem[] => {
    const field = `body.${name}`
    const input = inputs.find((one) => one.name === name) ?? inputs.find((one) => plain(one.name) === plain(name))
    if (input === undefined) return [unknownInput(field, name, inputs)]
    const wrong = input.definition && literalProblem(input.definition, value)
    return wrong ? [{ code: wrong.code, field, problem: wrong.problem, ...(wrong.remedy !== undefined && { remedy: wrong.remedy }) }] : []
  })
  if (problems.length > 0) throw invalid(problems)
}

function unknownInput(field: string, name: string, inputs: readonly NamedInput[]): FieldProblem {
  const names = inputs.map((one) => one.name)
  const remedy = didYouMean(name, names) ?? listed(names, 'parameter') ?? 'The workflow has no named inputs: give it some in "parameters".'
  return { code: 'unknown_parameter', field, problem: `the workflow has no parameter "${name}"`, remedy }
}
