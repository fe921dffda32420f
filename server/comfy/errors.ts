/** Refusals in ComfyUI's form: `{ error: { type, message, details, extra_info }, node_errors }`. */
import type { NextFunction, Request, Response } from 'express'
import type { JsonObject } from '../../core/types/json.ts'
import { logText } from '../../core/workflow/workflow-error.ts'
import { refusalOf, type Refusal } from '../api/errors.ts'
import { routeOf } from '../operations/observe-requests.ts'
import type { Services } from '../services.ts'

/** What is wrong, by ComfyUI's names. */
export interface ComfyError {
  readonly type: string
  /** One sentence that says what kind of mistake it is. */
  readonly message: string
  /** What was expected, what came, what to do. */
  readonly details: string
  readonly extra_info: JsonObject
}

/** What is wrong with one node. */
export interface NodeErrors {
  readonly errors: readonly ComfyError[]
  /** Output nodes that can't be made because of it. */
  readonly dependent_outputs: readonly string[]
  readonly class_type: string
}

export interface ErrorBody {
  readonly error: ComfyError
  readonly node_errors: Readonly<Record<string, NodeErrors>>
}

/** A request that is refused in ComfyUI's words. */
export class ComfyRefusal extends Error {
  readonly status: number
  readonly body: ErrorBody
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, error: ComfyError, nodes: ErrorBody['node_errors'] = {}, headers: Readonly<Record<string, string>> = {}) {
    super(`${error.message} ${error.details}`)
    this.name = 'ComfyRefusal'
    this.status = status
    this.body = { error, node_errors: nodes }
    this.headers = headers
  }
}

/** A refusal of one type, with what was expected, what came and what to do as its details. */
export function refusal(
  status: number, type: string, message: string, details = '', extra: JsonObject = {},
  nodes: ErrorBody['node_errors'] = {}, headers: Readonly<Record<string, string>> = {},
): ComfyRefusal {
  return new ComfyRefusal(status, { type, message, details, extra_info: extra }, nodes, headers)
}

/** 404 for a thing that is not there. */
export function missing(what: string): ComfyRefusal {
  return refusal(404, 'not_found', `${what} does not exist.`)
}

/** 403 for what is somebody else's, or takes more rights. */
export function forbidden(what: string): ComfyRefusal {
  return refusal(403, 'forbidden', `${what} is not allowed with this token.`, 'Use a token with the scope admin.')
}

/** Answers what the routes of ComfyUI throw. What nobody foresaw goes on to the handler of the whole server. */
export function comfyErrors({ log }: Pick<Services, 'log'>) {
  // Express tells error handlers by their four parameters.
  return (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    const refused = error instanceof ComfyRefusal ? error : inOurWords(refusalOf(error))
    if (refused === undefined) return next(error)
    if (refused.status >= 500) log.warn({ method: request.method, route: routeOf(request), error: logText(error) }, 'a request failed')
    if (response.headersSent) return void response.destroy()
    response.removeHeader('etag')
    response.removeHeader('content-disposition')
    response.status(refused.status).set({ 'cache-control': 'no-store', ...refused.headers }).json(refused.body)
  }
}

/** A refusal of the layers below: the code becomes the type. */
function inOurWords(refused: Refusal | undefined): ComfyRefusal | undefined {
  if (refused === undefined) return undefined
  const { status, code, message, remedy = '', headers } = refused
  return new ComfyRefusal(status, { type: code, message, details: remedy, extra_info: {} }, {}, headers)
}
