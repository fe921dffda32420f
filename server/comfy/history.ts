/** What jobs left, oldest first, as ComfyUI tells it. */
import { Router } from 'express'
import { own } from '../../core/comfy/fields.ts'
import type { JsonObject } from '../../core/types/json.ts'
import { tellRemoved } from '../events/removed.ts'
import type { JobState } from '../job/states.ts'
import { isFinal } from '../job/states.ts'
import type { JobRecord } from '../job/job.ts'
import type { Principal, Services } from '../services.ts'
import { readRecord, textsAt } from './body.ts'
import { forbidden, refusal } from './errors.ts'
import { endMessage, startMessages, type Message } from './messages.ts'
import { nodeInPrompt } from './node-in-prompt.ts'
import { comfyOutput } from './output.ts'
import { isTheirs, onlyOf, principalOf } from './principal.ts'
import { promptRow } from './stored-prompt.ts'

const ENDED: readonly JobState[] = ['done', 'failed', 'cancelled', 'quarantined']
/** Jobs that one answer holds at most, however many are asked for. */
const MOST = 1000
/** So many are read and written at once, so that others get their turn in between. */
const PART = 25

/** `GET /history`, `GET /history/{id}`, `POST /history`. */
export function historyRoutes(services: Services): Router {
  const { store } = services
  return Router()
    .get('/history', async (request, response) => {
      const limit = wholeNumber(request.query['max_items'], 'max_items') ?? MOST
      const offset = wholeNumber(request.query['offset'], 'offset')
      response.type('json').send(await page(services, Math.min(limit, MOST), offset, principalOf(response)))
    })
    .get('/history/:id', async (request, response) => {
      const record = await store.get(request.params.id)
      const isShown = record !== undefined && isFinal(record.state) && isTheirs(record, principalOf(response))
      response.json(isShown ? { [record.id]: await entry(services, record) } : {})
    })
    .post('/history', async (request, response) => {
      const body = await readRecord(request, services)
      const principal = principalOf(response)
      const ids = textsAt(body, 'delete')
      if (own(body, 'clear') === true) {
        if (!principal.scopes.has('admin')) throw forbidden('Clearing the history')
        await tellRemoved(services, await store.forget('all'))
      }
      if (ids.length > 0) await forget(services, ids, principal)
      response.json({})
    })
}

/** A number of the query as ComfyUI reads it; below zero counts as left out. */
function wholeNumber(value: unknown, name: string): number | undefined {
  if (value === undefined || value === '') return undefined
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : NaN
  if (Number.isNaN(number)) throw refusal(400, 'invalid_request', `"${name}" is not a whole number.`, `Got ${String(value).slice(0, 40)}.`)
  return number < 0 ? undefined : number
}

/** The newest ones, or those from `offset` on; the oldest of them first. As JSON. */
async function page(services: Services, limit: number, offset: number | undefined, principal: Principal): Promise<string> {
  if (limit === 0) return '{}'
  const owner = onlyOf(services, principal)
  const order = offset === undefined ? 'newest' : 'oldest'
  const { jobs } = await services.store.history({
    states: ENDED, limit, order, ...(offset !== undefined && { offset }), ...(owner !== undefined && { owner }),
  })
  const ids = jobs.map(({ id }) => id)
  if (order === 'newest') ids.reverse()
  const fields: string[] = []
  for (let from = 0; from < ids.length; from += PART) fields.push(...await part(services, ids.slice(from, from + PART)))
  return `{${fields.join(',')}}`
}

/** The fields of some jobs, in their order. */
async function part(services: Services, ids: readonly string[]): Promise<string[]> {
  const records = await services.store.records(ids)
  return Promise.all(records.map(async (record) => `${JSON.stringify(record.id)}:${JSON.stringify(await entry(services, record))}`))
}

async function entry(services: Services, record: JobRecord): Promise<JsonObject> {
  const nodes = (record.result?.nodes ?? []).filter(({ ui }) => ui !== undefined)
  const prompt = await promptRow(services, record, record)
  return {
    prompt,
    outputs: Object.fromEntries(nodes.map(({ node, ui }) => [node, comfyOutput(ui!)])),
    status: {
      status_str: record.state === 'done' ? 'success' : 'error',
      completed: record.state === 'done',
      messages: messagesOf(record, prompt[2]),
    },
    meta: Object.fromEntries(nodes.map(({ node, shown }) =>
      [node, { node_id: node, display_node: shown, parent_node: null, real_node_id: node }])),
  }
}

function messagesOf(record: JobRecord, prompt: JsonObject): Message[] {
  const begun = record.started === undefined ? [] : startMessages(record.id, record.result?.cached ?? [], record.started)
  const nodes = record.result?.nodes ?? []
  const executed = nodes.filter(({ state }) => state === 'done').map(({ node }) => node)
  const stopped = nodes.find(({ state }) => state === 'cancelled')?.shown
  return [...begun, endMessage(record, { executed, stopped, type: nodeInPrompt(prompt, stopped).type })]
}

async function forget(services: Services, ids: readonly string[], principal: Principal): Promise<void> {
  const { store } = services
  if (!principal.scopes.has('admin')) {
    const records = await store.records(ids)
    if (records.some((record) => !isTheirs(record, principal))) throw forbidden('Deleting the history of somebody else')
  }
  await tellRemoved(services, await store.forget({ ids }))
}
