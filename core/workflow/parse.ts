import { shortText } from '../types/json.ts'
import checkSchema, { type SchemaError } from './check-schema.js'
import { checkJson, JSON_LIMITS, readJson, type JsonLimits } from './json-text.ts'
import { migrateFormat } from './migrate-format.ts'
import type { NodeRef, Problem } from './problem.ts'
import { closest } from './suggest.ts'
import type { Workflow } from './workflow.ts'
import { WorkflowError } from './workflow-error.ts'

const MAX_REPORTED = 100

/**
 * Reads a workflow from JSON text or from a value that such text gave; nothing in it is trusted. Files of older
 * versions of the format are carried over.
 * @throws WorkflowError whose `problems` name each place that breaks the format.
 */
export function parseWorkflow(source: unknown, limits: JsonLimits = JSON_LIMITS): Workflow {
  const value = migrateFormat(typeof source === 'string' ? readJson(source, limits) : checked(source, limits))
  if (isWorkflow(value)) return value
  const errors = relevantErrors(checkSchema.errors ?? [])
  const problems = errors.slice(0, MAX_REPORTED).map((error) => schemaProblem(value, error))
  throw WorkflowError.ofProblems(problems, 'invalid_prompt')
}

function checked(value: unknown, limits: JsonLimits): unknown {
  checkJson(value, limits)
  return value
}

/** The schema says the same as the type Workflow; a test holds the two together. */
function isWorkflow(value: unknown): value is Workflow {
  return checkSchema(value)
}

/** ajv reports a broken `if … then` beside the break itself; only the break helps. */
function relevantErrors(errors: readonly SchemaError[]): readonly SchemaError[] {
  const relevant = errors.filter(({ keyword }) => keyword !== 'if')
  return relevant.length === 0 ? errors : relevant
}

function schemaProblem(value: unknown, error: SchemaError): Problem {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer)
  const at = pathText(path)
  return {
    code: 'invalid_prompt',
    ...nodeAt(value, path),
    ...(at !== '' && { at }),
    ...(at === '' && error.keyword === 'type' ? notAWorkflow(value) : whatIsWrong(error, valueAt(value, path))),
  }
}

function notAWorkflow(value: unknown): Fault {
  const remedy = 'Give a workflow of Kinograph, or one that ComfyUI saved or exported.'
  return { problem: `expected a workflow, an object with "version" and "nodes", got ${shortText(value)}`, remedy }
}

const FIELDS =
  'version title description parameters outputs nodes subgraphs groups extra id type mode inputs position size ' +
  'name from output value'

function whatIsWrong({ keyword, params, message = 'it breaks the schema' }: SchemaError, value: unknown): Fault {
  switch (keyword) {
    case 'required':
      return { problem: `the field "${params['missingProperty']}" is missing`, remedy: 'Add it.' }
    case 'additionalProperties': {
      const field = String(params['additionalProperty'])
      const near = closest(field, FIELDS.split(' '))
      const remedy = near && near !== field ? `Did you mean "${near}"?` : 'Remove it, or keep it under "extra".'
      return { problem: `the format has no field ${JSON.stringify(field.slice(0, 80))} here`, remedy }
    }
    case 'enum': {
      const allowed = Array.isArray(params['allowedValues']) ? params['allowedValues'] : []
      return { problem: `expected one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}, got ${shortText(value)}` }
    }
    case 'const':
      return { problem: `expected ${JSON.stringify(params['allowedValue'])}, got ${shortText(value)}` }
    default:
      return { problem: `${message.replace(/^must be/, 'expected').replace(/^must/, 'it must')}, got ${shortText(value)}` }
  }
}

type Fault = Pick<Problem, 'problem' | 'remedy'>

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(own, value)
}

/** The node that a path lies in, when it says enough of itself. */
function nodeAt(value: unknown, [list, index, ...rest]: readonly string[]): { node?: NodeRef } {
  if (list === 'subgraphs' && index !== undefined) return nodeAt(own(own(value, list), index), rest)
  const nodes = list === 'nodes' ? own(value, 'nodes') : undefined
  const node = Array.isArray(nodes) ? (nodes[Number(index)] as unknown) : undefined
  const id = own(node, 'id')
  const type = own(node, 'type')
  return typeof id === 'string' && typeof type === 'string' ? { node: { id, type } } : {}
}

function own(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** `['nodes', '3', 'inputs', 'steps']` as `nodes[3].inputs.steps`. */
function pathText(path: readonly string[]): string {
  return path.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`)).join('')
}
