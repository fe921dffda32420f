/** Reads what is submitted: JSON in its several forms, or a form with a produced file. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Static } from '@sinclair/typebox'
import { formatOf } from '../../core/comfy/index.ts'
import type { Json } from '../../core/types/json.ts'
import { readJson } from '../../core/workflow/json-text.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { embeddedWorkflows } from '../../media/embedded-workflows.ts'
import { receivedText, receiveForm, type ReceivedFile } from '../assets/receive.ts'
import type { Services } from '../services.ts'
import { contentType, readText } from './body.ts'
import { checkValue } from './check.ts'
import { ApiError } from './errors.ts'
import { QuestionSchema, SubmitOptions, SubmitSchema } from './schema/job.ts'
import { readWorkflowJson, workflowIn, type Source } from './workflow-source.ts'

export type Options = Static<typeof SubmitOptions>

/** What is submitted, read but not yet admitted. */
export interface Submission {
  readonly source: Source
  readonly options: Options
  /** What tells whether another request asks for the same; wanted only where there is a key. */
  readonly hash: () => string
}

/** @throws ApiError, WorkflowError for a body that is no submission */
export async function readSubmission(request: IncomingMessage, services: Services): Promise<Submission> {
  switch (contentType(request)) {
    case 'application/json': return fromJson(await readText(request, services.config.limits.bodyBytes), SubmitSchema)
    case 'multipart/form-data': return fromForm(request, services)
    default: throw unsupported(contentType(request))
  }
}

/** The same as JSON only, for questions about a workflow. */
export async function readQuestion(request: IncomingMessage, services: Services): Promise<Submission> {
  if (contentType(request) !== 'application/json') throw unsupported(contentType(request))
  return fromJson(await readText(request, services.config.limits.bodyBytes), QuestionSchema)
}

function unsupported(type: string): ApiError {
  return new ApiError({
    status: 415, code: 'unsupported_media_type', field: 'headers.content-type',
    message: `expected application/json or multipart/form-data, got ${type === '' ? 'no content type' : type.slice(0, 80)}`,
    remedy: 'Send a workflow as JSON, or a produced file in the field "file" of a form.',
  })
}

function fromJson(text: string, schema: typeof SubmitSchema | typeof QuestionSchema): Submission {
  const value = readWorkflowJson(text)
  const hash = () => createHash('sha256').update(text).digest('hex')
  const inner = workflowIn(value)
  if (inner === undefined && !isBare(value)) checkValue(schema, value, 'body')
  if (inner === undefined) return { source: { value }, options: {}, hash }
  checkValue(schema, value, 'body')
  const { workflow: _, ...options } = value as Static<typeof SubmitSchema> // just checked
  return { source: typeof inner === 'string' ? { saved: inner } : { value: inner }, options, hash }
}

/** Whether the body is a workflow itself, as it is saved. */
function isBare(value: Json): boolean {
  return formatOf(value) !== 'kinograph' || (typeof value === 'object' && value !== null && Object.hasOwn(value, 'nodes'))
}

async function fromForm(request: IncomingMessage, services: Services): Promise<Submission> {
  const plan = { folder: services.folders.temp, fields: ['options'], bytes: services.config.limits.uploadBytes }
  return receiveForm(request, plan, async ({ file, fields }) => {
    const text = fields.get('options')
    const options: unknown = text === undefined ? {} : readOptions(text)
    checkValue(SubmitOptions, options, 'body.options')
    const hash = () => createHash('sha256').update(`${file.sha256}\n${text ?? ''}`).digest('hex')
    return { source: await workflowOfFile(file, services.config.limits.bodyBytes), options: options as Options, hash } // just checked
  })
}

function readOptions(text: string): unknown {
  try {
    return readJson(text)
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    throw new ApiError({ status: 400, code: 'invalid_json', field: 'body.options', message: error.message, remedy: 'Send JSON in it, or leave it out.' })
  }
}

/** A workflow's own JSON file, or what is embedded in a picture or video. */
async function workflowOfFile(file: ReceivedFile, limit: number): Promise<Source> {
  if (isJsonFile(file)) return { texts: [await receivedText(file, limit)] }
  const { kinograph, prompt, workflow } = await embeddedWorkflows(file.path)
  if (kinograph !== undefined) return { value: kinograph as Json } // JSON.parse gave it
  return { texts: [prompt, workflow].filter((text) => text !== undefined) }
}

/** Whether it begins as an object does, perhaps after a byte order mark. */
export function isJsonFile({ head }: Pick<ReceivedFile, 'head'>): boolean {
  return /^(?:\xef\xbb\xbf)?\s*\{/.test(head.toString('latin1'))
}
