/** Saved workflows: read and written as canonical text, with the definitions that say what can be set in them. */
import { openWorkflow } from '../../core/comfy/index.ts'
import type { Definitions } from '../../core/types/definition.ts'
import type { Json } from '../../core/types/json.ts'
import { formatWorkflow } from '../../core/workflow/format.ts'
import { listParameters, type ParameterState } from '../../core/workflow/overrides.ts'
import type { Parameter, Workflow } from '../../core/workflow/workflow.ts'
import { ApiError, missing } from '../api/errors.ts'
import type { Services } from '../services.ts'
import { checkName } from './names.ts'

export type NamedInput = Parameter & ParameterState

export interface SavedWorkflow {
  readonly name: string
  readonly workflow: Workflow
  /** As it was saved. */
  readonly text: string
  /** Without quotes. */
  readonly etag: string
  readonly modified: number
}

/** @throws ApiError 400 for a name that can't be one, 404 for one that is not saved */
export async function readSaved({ store, desk }: Pick<Services, 'store' | 'desk'>, given: string, version?: string): Promise<SavedWorkflow> {
  const name = checkName(given)
  const saved = await store.workflows.read(name, version)
  if (saved === undefined) throw noWorkflow(name)
  return { name, ...saved, workflow: openWorkflow(saved.text, await desk.definitions()).workflow }
}

/** Whatever format it comes in, as the text that is saved. @throws WorkflowError for what is no workflow */
export function savedText(value: Json, definitions: Definitions): string {
  return formatWorkflow(openWorkflow(value, definitions).workflow)
}

/** What can be set in it by name, with what its inputs take. */
export async function namedInputs({ desk }: Pick<Services, 'desk'>, workflow: Workflow): Promise<readonly NamedInput[]> {
  return listParameters(workflow, await desk.definitions())
}

/** The refusal of a name that is not saved. */
export const noWorkflow = (name: string): ApiError => missing(`the workflow "${name}"`, 'GET /api/workflows lists those that are saved.')
