/** Refusals and failures as the API answers them: `{ error: { code, message, field?, remedy?, problems? } }`. */
import type { NextFunction, Request, Response } from 'express'
import { problemText, type Problem } from '../../core/workflow/problem.ts'
import { logText, WorkflowError } from '../../core/workflow/workflow-error.ts'
import { MediaError, type MediaErrorCode } from '../../media/error.ts'
import { Busy } from '../run/busy.ts'
import { routeOf } from '../operations/observe-requests.ts'
import type { Services } from '../services.ts'
import { StoreError, type StoreErrorCode } from '../store/store-error.ts'

/** One thing that is wrong, as an answer says it. */
export interface ErrorBody {
  readonly error: {
    readonly code: string
    readonly message: string
    /** The part of the request that it is about: `query.limit`, `body.place`. */
    readonly field?: string
    readonly remedy?: string
    /** Everything that is wrong with a workflow, or each field of a request. */
    readonly problems?: readonly (Problem | FieldProblem)[]
  }
}

/** What is wrong with one field of a request. */
export interface FieldProblem {
  readonly code: string
  readonly field: string
  readonly problem: string
  readonly remedy?: string
}

export interface Refusal {
  readonly status: number
  readonly code: string
  /** What was expected and what came: a sentence without its full stop is given one. */
  readonly message: string
  readonly field?: string
  readonly remedy?: string
  readonly problems?: readonly (Problem | FieldProblem)[]
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/** A request that is refused. */
export class ApiError extends Error {
  readonly status: number
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message, refusal.cause === undefined ? {} : { cause: refusal.cause })
    this.name = 'ApiError'
    this.status = refusal.status
    this.refusal = refusal
  }
}

/** 404 for a thing that is not there. */
export function missing(what: string, remedy: string): ApiError {
  return new ApiError({ status: 404, code: 'not_found', message: `${what} does not exist`, remedy })
}

const MEDIA_STATUS: Readonly<Record<MediaErrorCode, number>> = {
  bad_input: 400, not_found: 404, unreadable: 400, unwritable: 500, disk_full: 507, ffmpeg_failed: 500, closed: 500, incomplete: 500,
}

/** Any failure as a refusal; `undefined` for what nobody foresaw, whose stack belongs to the log. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof ApiError) return error.refusal
  if (error instanceof WorkflowError) return workflowRefusal(error)
  if (error instanceof MediaError) return mediaRefusal(error)
  if (error instanceof StoreError) return storeRefusal(error)
  if (error instanceof Busy) return busyRefusal(error)
  return systemRefusal(error)
}

function workflowRefusal({ data, problems, code }: WorkflowError): Refusal {
  const status = code === 'workflow_too_large' ? 413 : code === 'execution_failed' || code === 'cancelled' ? 500 : 400
  const { remedy } = data
  return { status, code, message: problemText(data), problems, ...(remedy !== undefined && { remedy }) }
}

/** Paths of this machine stay here: only the file's own name is said. */
function mediaRefusal({ code, path, problem, remedy }: MediaError): Refusal {
  const file = path === undefined ? '' : `${path.split(/[\\/]/).at(-1)}: `
  return { status: MEDIA_STATUS[code], code, message: `${file}${problem}`, remedy }
}

const STORE_STATUS: Readonly<Partial<Record<StoreErrorCode, number>>> = { disk_full: 507, invalid: 400, locked: 503, closed: 503 }

function storeRefusal({ code, problem, remedy }: StoreError): Refusal {
  // What is said of others names files of this machine: that belongs to the log.
  if (code === 'invalid') return { status: 400, code: 'invalid_request', message: problem, ...(remedy !== undefined && { remedy }) }
  const message = code === 'disk_full' ? 'the disk of the data folder is full: nothing was saved' : 'the database can\'t be used now'
  const said = code === 'disk_full' ? 'Free some space there and send the request again.' : 'The log of the server says more.'
  return { status: STORE_STATUS[code] ?? 500, code: code === 'disk_full' ? code : 'store_failed', message, remedy: said }
}

function busyRefusal({ message, retryAfter }: Busy): Refusal {
  const seconds = String(Math.max(1, Math.ceil(retryAfter)))
  return { status: 503, code: 'busy', message, remedy: `Ask again in ${seconds} s.`, headers: { 'retry-after': seconds } }
}

/** Express' own: a path with a % that is no escape. */
function systemRefusal(error: unknown): Refusal | undefined {
  const isUnreadable = error instanceof Error && 'status' in error && error.status === 400
  return isUnreadable ? { status: 400, code: 'invalid_request', message: 'the path can\'t be read', remedy: 'Escape names in paths.' } : undefined
}

/** The answer to a refusal. */
export function errorBody({ code, message, field, remedy, problems }: Refusal): ErrorBody {
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`
  return {
    error: {
      code, message: sentence,
      ...(field !== undefined && { field }), ...(remedy !== undefined && { remedy }), ...(problems && { problems }),
    },
  }
}

/** Answers with a refusal, unless the answer has begun: then the connection ends. */
export function sendRefusal(response: Response, refusal: Refusal): void {
  if (response.headersSent) return void response.destroy()
  for (const name of ['etag', 'last-modified', 'content-disposition', 'accept-ranges']) response.removeHeader(name)
  for (const [name, value] of Object.entries(refusal.headers ?? {})) response.setHeader(name, value)
  response.status(refusal.status).set('cache-control', 'no-store').json(errorBody(refusal))
}

const UNFORESEEN: Refusal = {
  status: 500, code: 'internal_error', message: 'the server made a mistake', remedy: 'The log of the server says more.',
}

/** The last handler: whatever was thrown becomes a JSON answer. */
export function errorHandler({ log }: Pick<Services, 'log'>) {
  // Express tells error handlers by their four parameters.
  return (error: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const refusal = refusalOf(error)
    if (refusal === undefined || refusal.status === 500) {
      log.error({ method: request.method, route: routeOf(request), error: logText(error) }, 'a request failed')
    }
    sendRefusal(response, refusal ?? UNFORESEEN)
  }
}
