/** Reads the workflow that a request means: a value in any format, a saved name, or a file that carries one. */
import { formatOf, openWorkflow, readComfyText, withoutVirtualNodes } from '../../core/comfy/index.ts'
import type { Definitions } from '../../core/types/definition.ts'
import type { Json } from '../../core/types/json.ts'
import { readJson } from '../../core/workflow/json-text.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { Services } from '../services.ts'
import { checkName } from '../workflows/names.ts'
import { ApiError, missing } from './errors.ts'

/** Where a workflow comes from. */
export type Source = { readonly value: Json } | { readonly saved: string } | { readonly texts: readonly string[] }

/** Digits and words that JSON.parse would lose or refuse: then each format has its own reader of text. */
const ODD = /\d{16}|NaN|Infinity/

/**
 * Reads JSON that is, or holds, a workflow. Numbers past 2^53 stay exact in ComfyUI's formats; in ours, which is not
 * written so, they are refused by name.
 */
export function readWorkflowJson(text: string): Json {
  const value = readComfyText(text)
  if (ODD.test(text) && formatOf(workflowIn(value) ?? value) === 'kinograph') readJson(text)
  return value
}

/** The workflow inside `{ workflow, inputs, … }`; `undefined` where the value is none of these. */
export function workflowIn(value: Json): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const record = value as Readonly<Record<string, Json>> // not a list
  return Object.hasOwn(record, 'workflow') && !Object.hasOwn(record, 'nodes') ? record['workflow'] : undefined
}

/** A workflow as it will run, with the name that it has where it has no title. */
export interface ReadSource {
  readonly workflow: Workflow
  readonly name?: string
}

/** @throws WorkflowError for what is no workflow; ApiError 404 for a name that is not saved */
export async function readSource(source: Source, { desk, store }: Pick<Services, 'desk' | 'store'>): Promise<ReadSource> {
  const definitions = await desk.definitions()
  if ('value' in source) return { workflow: runnable(source.value, definitions) }
  if ('texts' in source) return { workflow: firstReadable(source.texts, definitions) }
  const saved = await store.workflows.read(checkName(source.saved))
  if (saved === undefined) throw missing(`the workflow "${source.saved}"`, 'GET /api/workflows lists those that are saved.')
  return { workflow: runnable(saved.text, definitions), name: source.saved }
}

function runnable(source: Json, definitions: Definitions): Workflow {
  return withoutVirtualNodes(openWorkflow(source, definitions).workflow, definitions)
}

function firstReadable(texts: readonly string[], definitions: Definitions): Workflow {
  const failures: unknown[] = []
  for (const text of texts) {
    try {
      return runnable(text, definitions)
    } catch (error) {
      failures.push(error)
    }
  }
  throw failures[0] ?? noWorkflowIn()
}

/** The refusal of a file that says nothing of how it was made. */
export function noWorkflowIn(): ApiError {
  return new ApiError({
    status: 400, code: 'no_workflow', field: 'body.file', message: 'the file carries no workflow',
    remedy: 'Send a file that Kinograph or ComfyUI made, or a workflow\'s JSON.',
  })
}
