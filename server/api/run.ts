/** POST /api/run/{workflow}: a saved workflow as a function of its named inputs. */
import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { Router } from 'express'
import type { Json } from '../../core/types/json.ts'
import { isFinal } from '../job/states.ts'
import type { Services } from '../services.ts'
import { namedInputs, readSaved } from '../workflows/saved.ts'
import { checkInputs } from '../workflows/typed-inputs.ts'
import { withoutVirtualNodes } from '../../core/comfy/index.ts'
import { implement, Reply } from './implement.ts'
import { closing, detail } from './jobs.ts'
import { AnyJson } from './schema/common.ts'
import { Device, JobDetail } from './schema/job.ts'
import { loose } from './schema/typed.ts'
import type { Routes } from './spec.ts'
import { submitJob } from './submit.ts'
import { whenEnded } from './wait.ts'

export const runRoutes = {
  'POST /run/{workflow+}': {
    operation: 'runWorkflow', tag: 'workflows', scope: 'run', summary: 'Run a saved workflow',
    description: 'The body has values for its named inputs; `GET /workflows/{name}/openapi.json` types it. '
      + '200 with the result where the job has ended within `wait` seconds (see its state), otherwise 202.',
    params: Type.Object({ workflow: Type.String({ minLength: 1, maxLength: 400, description: '`folder/name`.' }) }),
    query: Type.Object({
      wait: Type.Optional(Type.Integer({ minimum: 0, maximum: 600, default: 0, description: 'Seconds to wait for the result.' })),
      id: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'The id of the job, chosen by the client.', expects: 'an id: 1 to 64 letters, digits, - and _' })),
      front: Type.Optional(Type.Boolean({ description: 'Before all that wait.' })),
      device: Type.Optional(Device),
    }, { additionalProperties: false }),
    headers: Type.Object({ 'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 255 })) }),
    body: loose<Readonly<Record<string, Json>>>(Type.Record(Type.String(), AnyJson, { description: 'Values by the names of inputs.' })),
    replies: { 200: JobDetail, 202: JobDetail },
    errors: [404, 409, 422, 429],
  },
} as const satisfies Routes

export function runRouter(services: Services): Router {
  return implement(runRoutes, services, {
    'POST /run/{workflow+}': async ({ params, query, headers, body, principal, response }) => {
      const { name, workflow } = await readSaved(services, params.workflow)
      checkInputs(await namedInputs(services, workflow), body)
      const runnable = withoutVirtualNodes(workflow, await services.desk.definitions())
      const { wait = 0, id, front, device } = query
      const key = headers['idempotency-key']
      const hash = () => createHash('sha256').update(JSON.stringify([name, body, device ?? null])).digest('hex')
      const options = { inputs: body, ...(id !== undefined && { id }), ...(device && { device }), ...(front && { place: 'front' as const }) }
      const { body: submitted, headers: place } = await submitJob(services, { workflow: runnable, name }, { options, hash, principal, ...(key !== undefined && { key }) })
      const { job, ahead } = submitted
      const record = wait > 0 ? await whenEnded(services, job.id, wait, closing(response)) : undefined
      if (record === undefined) return new Reply(isFinal(job.state) ? 200 : 202, { job, ahead }, place)
      return new Reply(isFinal(record.state) ? 200 : 202, detail(services, record), place)
    },
  })
}
