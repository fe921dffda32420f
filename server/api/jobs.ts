/** /api/jobs: submit, list, look at, cancel, move, run again, compare. */
import { Type } from '@sinclair/typebox'
import type { Router } from 'express'
import { diffWorkflows, type WorkflowDiff } from '../../core/workflow/diff.ts'
import { formatWorkflow } from '../../core/workflow/format.ts'
import { applyOverrides } from '../../core/workflow/overrides.ts'
import { withoutSecrets } from '../../core/workflow/secrets.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { failpoint } from '../failpoints.ts'
import { tellRemoved } from '../events/removed.ts'
import { isFinal } from '../job/states.ts'
import type { Job, JobRecord } from '../job/job.ts'
import type { Principal, Services } from '../services.ts'
import { isTheirs, onlyOf } from '../comfy/principal.ts'
import { ApiError, missing } from './errors.ts'
import { ANSWERED, implement, Reply } from './implement.ts'
import { listJobs } from './list-jobs.ts'
import { After, JobId, JobParams, Limit, WorkflowSchema } from './schema/common.ts'
import { JobDetail, JobPageSchema, JobSchema, JobState, OVERRIDES, Place, SubmitOptions, SubmitSchema, SubmittedSchema } from './schema/job.ts'
import { loose, oneOf } from './schema/typed.ts'
import type { Routes } from './spec.ts'
import { readSubmission } from './submission.ts'
import { submitJob } from './submit.ts'
import { whenEnded } from './wait.ts'
import { readSource } from './workflow-source.ts'

const WAIT = Type.Integer({ minimum: 0, maximum: 600, default: 0, description: 'Seconds to wait for its end.' })
const KEY = Type.String({ minLength: 1, maxLength: 255, description: 'The same key with the same request gives the same job, for 24 hours.' })

export const jobRoutes = {
  'POST /jobs': {
    operation: 'submitJob', tag: 'jobs', scope: 'run', summary: 'Submit a job',
    description: 'A workflow in any format by itself; or `{workflow, inputs, …}`, where the workflow may be the name of a saved one; '
      + 'or a form with a produced PNG, WebP, MP4, WebM or GIF, or a workflow\'s JSON, in the field `file` and options as JSON in `options`. '
      + 'Answered when the job is on the disk.',
    headers: Type.Object({ 'idempotency-key': Type.Optional(KEY) }),
    body: {
      content: {
        'application/json': Type.Union([SubmitSchema, loose(Type.Ref('AnyWorkflow'))]),
        'multipart/form-data': Type.Object({ file: Type.String({ format: 'binary' }), options: Type.Optional(SubmitOptions) }),
      },
    },
    replies: { 201: SubmittedSchema, 200: SubmittedSchema },
    errors: [409, 413, 415, 422, 429],
  },
  'GET /jobs': {
    operation: 'listJobs', tag: 'jobs', scope: 'run', summary: 'List jobs',
    description: 'Those that are alive in the order in which they will run, then those that ended, newest first. With tokens: one\'s own, unless the token has the scope admin.',
    query: Type.Object({
      state: Type.Optional(Type.Array(JobState, { description: 'Only these, set apart by commas.', maxItems: 6 })),
      limit: Type.Optional(Limit),
      after: Type.Optional(After),
      order: Type.Optional(oneOf(['newest', 'oldest'] as const, 'Of jobs that ended.')),
    }, { additionalProperties: false }),
    replies: { 200: JobPageSchema },
  },
  'DELETE /jobs': {
    operation: 'clearHistory', tag: 'jobs', scope: 'admin', summary: 'Remove all jobs that ended from the history',
    description: 'Their files stay.',
    replies: { 200: Type.Object({ removed: Type.Integer() }) },
  },
  'GET /jobs/{id}': {
    operation: 'getJob', tag: 'jobs', scope: 'run', summary: 'How a job stands, with its result once it has ended',
    params: JobParams,
    replies: { 200: JobDetail },
    errors: [404],
  },
  'GET /jobs/{id}/result': {
    operation: 'getResult', tag: 'jobs', scope: 'run', summary: 'Wait for a job to end',
    description: '200 with the result when it has ended, 202 when it has not within the time.',
    params: JobParams,
    query: Type.Object({ wait: Type.Optional(WAIT) }, { additionalProperties: false }),
    replies: { 200: JobDetail, 202: JobDetail },
    errors: [404],
  },
  'GET /jobs/{id}/workflow': {
    operation: 'getJobWorkflow', tag: 'jobs', scope: 'run', summary: 'The workflow of a job, with what was set for it',
    description: 'Without secrets.',
    params: JobParams,
    replies: { 200: WorkflowSchema },
    errors: [404],
  },
  'DELETE /jobs/{id}': {
    operation: 'deleteJob', tag: 'jobs', scope: 'run', summary: 'Remove a job that ended from the history',
    description: 'Its files stay.',
    params: JobParams,
    replies: { 204: null },
    errors: [404, 409],
  },
  'POST /jobs/{id}/cancel': {
    operation: 'cancelJob', tag: 'jobs', scope: 'run', summary: 'Cancel a job',
    description: '`cancelling`: it runs, and was asked to stop; `ended`: there was nothing left to cancel.',
    params: JobParams,
    replies: { 200: Type.Object({ status: oneOf(['cancelled', 'cancelling', 'ended'] as const) }) },
    errors: [404],
  },
  'POST /jobs/{id}/move': {
    operation: 'moveJob', tag: 'jobs', scope: 'run', summary: 'Move a job that waits',
    params: JobParams,
    body: Type.Object({ to: Place }, { additionalProperties: false }),
    replies: { 200: JobSchema },
    errors: [404, 409],
  },
  'POST /jobs/{id}/rerun': {
    operation: 'rerunJob', tag: 'jobs', scope: 'run', summary: 'Run a job again, with other inputs where that is wanted',
    params: JobParams,
    headers: Type.Object({ 'idempotency-key': Type.Optional(KEY) }),
    body: Type.Object({ ...OVERRIDES, place: Type.Optional(Place) }, { additionalProperties: false }),
    replies: { 201: SubmittedSchema, 200: SubmittedSchema },
    errors: [404, 422, 429],
  },
  'GET /jobs/{id}/diff/{other}': {
    operation: 'diffJobs', tag: 'jobs', scope: 'run', summary: 'How the workflow of one job differs from that of another',
    params: Type.Object({ id: JobId, other: JobId }),
    replies: { 200: loose<WorkflowDiff>(Type.Object({ changes: Type.Array(Type.Any()), layout: Type.Optional(Type.String()) }, { $id: 'Diff' })) },
    errors: [404],
  },
} as const satisfies Routes

export function jobRouter(services: Services): Router {
  const { store, queue, feed } = services
  return implement(jobRoutes, services, {
    'POST /jobs': async ({ request, headers, principal, response }) => {
      response.once('finish', () => failpoint('acknowledged'))
      const { source, options, hash } = await readSubmission(request, services)
      const key = headers['idempotency-key']
      return submitJob(services, await readSource(source, services), { options, hash, principal, ...(key !== undefined && { key }) })
    },
    'GET /jobs': ({ query, principal }) => listJobs(services, query, onlyOf(services, principal)),
    'DELETE /jobs': async () => {
      const removed = await store.forget('all')
      await tellRemoved(services, removed)
      return { removed }
    },
    'GET /jobs/{id}': async ({ params, principal }) => detail(services, await existing(services, params.id, principal)),
    'GET /jobs/{id}/result': async ({ params, query, response, principal }) => {
      const record = await whenEnded(services, params.id, query.wait ?? 0, closing(response))
      if (record === undefined || !isTheirs(record, principal)) throw noJob(params.id)
      return new Reply(isFinal(record.state) ? 200 : 202, detail(services, record))
    },
    'GET /jobs/{id}/workflow': async ({ params, response, principal }) => {
      response.type('application/json').send(formatWorkflow(await shownWorkflow(services, await existing(services, params.id, principal))))
      return ANSWERED
    },
    'DELETE /jobs/{id}': async ({ params, principal }) => {
      const job = rowOf(await existing(services, params.id, principal))
      if (await store.forget({ ids: [params.id] }) === 0) throw alive(params.id)
      feed.emit({ type: 'job.forgotten' }, job)
      return new Reply(204, undefined)
    },
    'POST /jobs/{id}/cancel': async ({ params, principal }) => {
      await existing(services, params.id, principal)
      const status = await queue.cancel(params.id)
      if (status === 'missing') throw noJob(params.id)
      return { status }
    },
    'POST /jobs/{id}/move': async ({ params, principal, body }) => {
      await existing(services, params.id, principal)
      if (!await queue.move(params.id, body.to)) throw notWaiting(params.id)
      return rowOf(await existing(services, params.id, principal))
    },
    'POST /jobs/{id}/rerun': async ({ params, body, principal, headers }) => {
      const { request, title } = await existing(services, params.id, principal)
      const { workflow, parameters, set, targets, strict, device } = request
      const before = {
        ...(parameters && { inputs: parameters }), ...(set && { set: [...set] }), ...(targets && { targets: [...targets] }),
        ...(strict !== undefined && { strict }), ...(device && { device }),
      }
      const merged = { ...body.inputs && { inputs: { ...parameters, ...body.inputs } }, ...body.set && { set: [...set ?? [], ...body.set] } }
      const key = headers['idempotency-key']
      const hash = () => `rerun ${params.id} ${JSON.stringify(body)}`
      const options = { ...before, ...body, ...merged, title }
      return submitJob(services, { workflow }, { options, hash, principal, ...(key !== undefined && { key }) })
    },
    'GET /jobs/{id}/diff/{other}': async ({ params, principal }) => {
      const records = await Promise.all([params.id, params.other].map((id) => existing(services, id, principal)))
      const [before, after] = await Promise.all(records.map((record) => shownWorkflow(services, record)))
      return diffWorkflows(before!, after!)
    },
  })
}

/** A signal that fires when nobody waits for the answer any more. */
export function closing(response: { once(event: 'close', listener: () => void): unknown }): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}

/** A job as the answers show it. */
export function detail({ queue }: Pick<Services, 'queue'>, record: JobRecord) {
  const job = rowOf(record)
  const at = job.state === 'queued' ? queue.waiting(1000).findIndex(({ id }) => id === job.id) : -1
  return { job, ...(record.result && { result: record.result }), ...(at >= 0 && { ahead: at }) }
}

function rowOf({ request: _request, origin: _origin, result: _result, ...job }: JobRecord): Job {
  return job
}

/** The job, where it is theirs or they are an administrator: to others it does not exist. */
async function existing({ store }: Services, id: string, principal: Principal): Promise<JobRecord> {
  const record = await store.get(id)
  if (record === undefined || !isTheirs(record, principal)) throw noJob(id)
  return record
}

/** The workflow as it ran, without secrets. */
async function shownWorkflow({ desk }: Services, { request }: JobRecord): Promise<Workflow> {
  const definitions = await desk.definitions()
  const { workflow, parameters, set } = request
  const changed = applyOverrides(workflow, { ...(parameters && { parameters }), ...(set && { set }) }, definitions)
  return withoutSecrets(changed, definitions).workflow
}

const noJob = (id: string) => missing(`the job "${id}"`, 'GET /api/jobs lists those that are kept.')

const alive = (id: string) => new ApiError({
  status: 409, code: 'job_alive', message: `the job "${id}" has not ended`, remedy: `Cancel it first: POST /api/jobs/${id}/cancel.`,
})

const notWaiting = (id: string) => new ApiError({
  status: 409, code: 'not_queued', message: `the job "${id}", or the one before which it should go, does not wait any more`,
  remedy: 'Only jobs that wait can be moved.',
})
