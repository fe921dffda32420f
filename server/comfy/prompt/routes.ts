/** `POST /prompt`: check a workflow and queue it. `GET /prompt`: how long the queue is. */
import { createHash, randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Router } from 'express'
import type { Response } from 'express'
import { readComfyText } from '../../../core/comfy/index.ts'
import { isRecord } from '../../../core/comfy/fields.ts'
import type { Json, JsonObject } from '../../../core/types/json.ts'
import { readText } from '../../api/body.ts'
import type { JobOrigin, JobRequest } from '../../job/job.ts'
import type { Principal, Services } from '../../services.ts'
import type { NewJob, SubmitOutcome } from '../../store/store.ts'
import { refusal, type NodeErrors } from '../errors.ts'
import { ownerOf, principalOf } from '../principal.ts'
import { hubOf } from '../socket/hub.ts'
import { queueStatus } from '../socket/status.ts'
import { keptPrompt } from '../stored-prompt.ts'
import { nodeErrors, refusalOfAll } from './node-errors.ts'
import { readSubmission, type Submission } from './read.ts'

/** The two routes of `/prompt`. */
export function promptRoutes(services: Services): Router {
  return Router()
    .get('/prompt', (_request, response) => {
      response.json(queueStatus(services.queue))
    })
    .post('/prompt', async (request, response) => {
      const text = await readText(request, services.config.limits.bodyBytes)
      const submission = readSubmission(bodyOf(text), await services.desk.definitions())
      const idempotency = keyOf(request.headers, text)
      await submit(services, submission, idempotency, principalOf(response), response)
    })
}

function bodyOf(text: string): JsonObject {
  const body: Json = text.trim() === '' ? {} : readComfyText(text)
  if (isRecord(body)) return body
  throw refusal(400, 'no_prompt', 'No prompt provided', 'Expected {"prompt": {…}} with the nodes by their ids.')
}

interface Key {
  readonly key: string
  readonly requestHash: string
}

/** The same key with the same body gives the same job. */
function keyOf(headers: IncomingHttpHeaders, text: string): Key | undefined {
  const key = headers['idempotency-key']
  if (typeof key !== 'string' || key === '') return undefined
  if (key.length > 255) throw refusal(400, 'invalid_request', 'The Idempotency-Key is too long.', 'Expected at most 255 characters.')
  return { key, requestHash: createHash('sha256').update(text).digest('hex') }
}

/** Checks, queues, and answers. What happens to the job is told after its id. */
async function submit(
  services: Services, submission: Submission, key: Key | undefined, principal: Principal, response: Response,
): Promise<void> {
  const { job, errors } = await checked(services, submission, key, principal)
  const { client } = submission
  if (client !== undefined) {
    const hub = hubOf(services)
    const told = { ...job.origin, id: job.id, client }
    hub.hold(told)
    response.once('close', () => hub.release(told))
  }
  const outcome = await services.queue.submit(job)
  response.json({ ...accepted(outcome, job.id), node_errors: errors, ...ignoredInputs(submission) })
}

async function checked(
  services: Services, submission: Submission, key: Key | undefined, principal: Principal,
): Promise<{ job: Omit<NewJob, 'created'>; errors: Readonly<Record<string, NodeErrors>> }> {
  const { workflow, targets, client, place, id = randomUUID() } = submission
  const owner = ownerOf(services, principal)
  const request: JobRequest = { workflow, ...(targets && { targets }) }
  const origin: JobOrigin = { api: 'comfy', ...(client !== undefined && { client }), ...(owner !== undefined && { owner }) }
  const check = await services.admission.check(request, origin)
  const definitions = await services.desk.definitions()
  const errors = check.problems.length === 0 ? {} : nodeErrors(check.problems, check.bad, check.workflow, definitions)
  if (check.good.length === 0) throw refusalOfAll(check.problems, errors)
  const prompt = submission.prompt && keptPrompt(submission.prompt, workflow, definitions)
  const extra: JsonObject = { ...(prompt && { prompt }), extra_data: submission.extraData, outputs: check.good }
  const job: Omit<NewJob, 'created'> = {
    id, title: check.workflow.title ?? '', nodes: check.workflow.nodes.length,
    request: { ...request, workflow: check.workflow }, origin: { ...origin, extra },
    ...(place !== undefined && { place }), ...(key && { idempotency: { ...key, owner: owner ?? '' } }),
  }
  return { job, errors }
}

/** The job's id and number. @throws ComfyRefusal when it was not queued */
function accepted(outcome: SubmitOutcome, id: string): { readonly prompt_id: string; readonly number: number } {
  switch (outcome.status) {
    case 'accepted':
    case 'repeated': return { prompt_id: outcome.job.id, number: outcome.job.rank }
    case 'taken':
      throw refusal(409, 'invalid_prompt', `The prompt_id ${id} is taken.`, 'Leave it out, or give a new one: a UUID.')
    case 'unplaced':
      throw refusal(409, 'invalid_prompt', 'The job before which it should go does not wait.', 'Leave its place out.')
    case 'conflict':
      throw refusal(422, 'idempotency_key_reuse', 'The Idempotency-Key was used for another request.', 'Use a new key.')
    case 'full': {
      const details = `${outcome.queued} jobs wait, and ${outcome.limit} may. Try again later.`
      throw refusal(429, 'queue_full', 'The queue is full.', details, {}, {}, { 'retry-after': '5' })
    }
    default: return outcome satisfies never
  }
}

/** Inputs that the node types do not have: ComfyUI ignores them as well, without a word. */
function ignoredInputs({ ignored }: Submission): { readonly ignored_inputs?: Readonly<Record<string, readonly string[]>> } {
  return ignored.length === 0 ? {} : { ignored_inputs: Object.fromEntries(ignored) }
}
