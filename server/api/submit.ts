/** Admits a submission and puts it into the queue. */
import type { Problem } from '../../core/workflow/problem.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import type { Checked, Principal, Services } from '../services.ts'
import type { JobOrigin, JobRequest } from '../job/job.ts'
import { ownerOf } from '../comfy/principal.ts'
import type { SubmitOutcome } from '../store/store.ts'
import type { Job } from '../job/job.ts'
import { ApiError } from './errors.ts'
import { Reply } from './implement.ts'
import type { Options } from './submission.ts'
import type { ReadSource } from './workflow-source.ts'

/** What is known of a submission beside the workflow. */
export interface Asked {
  readonly options: Options
  /** The same for the same request; wanted only where there is a key. */
  readonly hash: () => string
  readonly principal: Principal
  /** The Idempotency-Key. */
  readonly key?: string
}

export interface Submitted {
  readonly job: Job
  readonly ahead: number
  readonly problems?: Problem[]
}

/** The request that a workflow and its options make. */
export function jobRequest({ workflow }: ReadSource, { inputs, set, targets, strict, device }: Options): JobRequest {
  return {
    workflow,
    ...(inputs && { parameters: inputs }), ...(set && { set }), ...(targets && { targets }),
    ...(strict !== undefined && { strict }), ...(device && { device }),
  }
}

/**
 * Checks a job and puts it into the queue; answers when it is on the disk: 201, or 200 where the same request had come
 * before under the same key.
 * @throws WorkflowError with all that is wrong, when nothing can be made; ApiError 409, 422, 429
 */
export async function submitJob(services: Services, read: ReadSource, asked: Asked): Promise<Reply<Submitted>> {
  const { options, hash, principal, key } = asked
  const { client, id, place, strict } = options
  refuseAbsent(services, options.device)
  const owner = ownerOf(services, principal)
  const origin: JobOrigin = { api: 'kinograph', ...(owner !== undefined && { owner }), ...(client !== undefined && { client }) }
  const request = jobRequest(read, options)
  const checked = await services.admission.check(request, origin)
  refuseFaulty(checked, strict === true)
  const outcome = await services.queue.submit({
    title: options.title ?? checked.workflow.title ?? read.name ?? 'Untitled',
    nodes: checked.workflow.nodes.length,
    request: { ...request, workflow: checked.workflow },
    origin,
    ...(id !== undefined && { id }),
    ...(place !== undefined && place !== 'end' && { place }),
    ...(key !== undefined && { idempotency: { key, owner: principal.name, requestHash: hash() } }),
  })
  const { job, ahead } = accepted(outcome, id)
  const problems = checked.problems.length > 0 ? { problems: [...checked.problems] } : {}
  return new Reply(outcome.status === 'accepted' ? 201 : 200, { job, ahead, ...problems }, { location: `/api/jobs/${job.id}` })
}

/** Throws where a job names a device that the server has no worker for. */
export function refuseAbsent({ config }: Pick<Services, 'config'>, device: Options['device']): void {
  if (device === undefined || config.devices.includes(device)) return
  const here = config.devices.map((one) => `"${one}"`).join(', ')
  throw new ApiError({
    status: 400, code: 'device_unavailable', field: 'body.device', message: `expected a device of this server, ${here}, got "${device}"`,
    remedy: 'Leave it out for the first of them, or name it in the setting "devices" of the server.',
  })
}

/** Throws everything that is wrong, where nothing can be made or everything must be. */
export function refuseFaulty({ problems, good }: Checked, strict: boolean): void {
  if (good.length > 0 && !(strict && problems.length > 0)) return
  if (problems.length > 0) throw WorkflowError.ofProblems(problems)
  throw new WorkflowError({
    code: 'prompt_no_outputs', problem: 'the workflow has no output nodes, so there is nothing to run',
    remedy: 'Add a node that saves or shows something, such as SaveVideo, or name nodes in "targets".',
  })
}

function accepted(outcome: SubmitOutcome, id = ''): { readonly job: Job; readonly ahead: number } {
  switch (outcome.status) {
    case 'accepted':
    case 'repeated': return outcome
    case 'taken': throw new ApiError({
      status: 409, code: 'id_taken', field: 'body.id', message: `another job has the id "${id}"`, remedy: 'Choose another id, or leave it out.',
    })
    case 'unplaced': throw new ApiError({
      status: 409, code: 'not_queued', field: 'body.place.before', message: 'the job before which it should go does not wait',
      remedy: 'GET /api/jobs?state=queued lists those that wait. Choose another place, or leave it out.',
    })
    case 'conflict': throw new ApiError({
      status: 422, code: 'idempotency_key_reuse', field: 'headers.idempotency-key',
      message: 'the Idempotency-Key was used for another request within 24 hours', remedy: 'Use a new key for a new request.',
    })
    case 'full': throw new ApiError({
      status: 429, code: 'queue_full', message: `the queue is full: ${outcome.queued} of ${outcome.limit} jobs wait`,
      remedy: 'Send it again when some of them have run.', headers: { 'retry-after': '5' },
    })
    default: return outcome satisfies never
  }
}
