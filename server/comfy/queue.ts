/** What waits and what runs, and how to stop it. */
import { Router } from 'express'
import { own } from '../../core/comfy/fields.ts'
import type { Job } from '../job/job.ts'
import type { Principal, Services } from '../services.ts'
import { readRecord, textsAt } from './body.ts'
import { forbidden, refusal } from './errors.ts'
import { isTheirs, principalOf } from './principal.ts'
import { closedRow, closedText, promptRow, type PromptRow } from './stored-prompt.ts'

/** Jobs that are listed with their prompts; those that follow have the same form, their prompts empty. */
const WITH_PROMPTS = 100
/** More than any queue holds. */
const ALL = 1_000_000

/** `GET /queue`, `POST /queue`, `POST /interrupt`, `POST /free`. */
export function queueRoutes(services: Services): Router {
  const { queue } = services
  return Router()
    .get('/queue', async (_request, response) => {
      const running = queue.running()
      const waiting = queue.waiting(ALL)
      const rows = await rowsOf(services, [...running, ...waiting.slice(0, WITH_PROMPTS)], principalOf(response))
      const pending = [...rows.slice(running.length).map((row) => JSON.stringify(row)), ...waiting.slice(WITH_PROMPTS).map(closedText)]
      response.type('json').send(`{"queue_running":${JSON.stringify(rows.slice(0, running.length))},"queue_pending":[${pending.join(',')}]}`)
    })
    .post('/queue', async (request, response) => {
      const body = await readRecord(request, services)
      const principal = principalOf(response)
      const ids = textsAt(body, 'delete')
      if (own(body, 'clear') === true) await clear(services, principal)
      await removeWaiting(services, ids, principal)
      response.json({})
    })
    .post('/interrupt', async (request, response) => {
      const id = own(await readRecord(request, services), 'prompt_id')
      if (id !== undefined && id !== null && typeof id !== 'string') {
        throw refusal(400, 'invalid_request', '"prompt_id" is not a text.', 'Leave it out to stop what runs.')
      }
      await interrupt(services, typeof id === 'string' && id !== '' ? id : undefined, principalOf(response))
      response.json({})
    })
    .post('/free', async (request, response) => {
      const body = await readRecord(request, services)
      if (!principalOf(response).scopes.has('admin')) throw forbidden('Freeing memory')
      const results = own(body, 'free_memory') === true
      const sessions = results || own(body, 'unload_models') === true
      if (sessions) await queue.free({ sessions, results })
      response.json({})
    })
}

/** Rows of jobs in their order; of jobs of somebody else only number and id. */
async function rowsOf(services: Services, jobs: readonly Job[], principal: Principal): Promise<PromptRow[]> {
  const theirs = jobs.filter((job) => isTheirs(job, principal))
  const records = new Map((await services.store.records(theirs.map(({ id }) => id))).map((record) => [record.id, record]))
  return Promise.all(jobs.map((job) => {
    const record = records.get(job.id)
    return record === undefined ? closedRow(job) : promptRow(services, job, record)
  }))
}

async function clear({ queue }: Services, { scopes }: Principal): Promise<void> {
  if (!scopes.has('admin')) throw forbidden('Clearing the queue')
  await queue.clear()
}

/** Takes jobs out of the queue; those that run or have ended are left alone, as ComfyUI does. */
async function removeWaiting({ queue }: Services, ids: readonly string[], principal: Principal): Promise<void> {
  if (ids.length === 0) return
  const wanted = new Set(ids)
  const found = queue.waiting(ALL).filter(({ id }) => wanted.has(id))
  if (found.some((job) => !isTheirs(job, principal))) throw forbidden('Deleting jobs of somebody else')
  await Promise.all(found.map(({ id }) => queue.cancel(id)))
}

/** Stops the running job of this id, or all that run. One that does not run is left alone. */
async function interrupt({ queue }: Services, id: string | undefined, principal: Principal): Promise<void> {
  const running = queue.running().filter((job) => id === undefined || job.id === id)
  const theirs = running.filter((job) => isTheirs(job, principal))
  if (theirs.length === 0 && running.length > 0) throw forbidden('Stopping jobs of somebody else')
  await Promise.all(theirs.map((job) => queue.cancel(job.id)))
}
