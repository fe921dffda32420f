/** /api/validate, /api/plan, /api/explain: what a workflow would do, without running it. */
import { randomUUID } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { Router } from 'express'
import type { Answers } from '../../worker/protocol.ts'
import type { JobRequest } from '../job/job.ts'
import { carry } from '../run/run-request.ts'
import type { Principal, Services } from '../services.ts'
import { implement } from './implement.ts'
import type { IncomingMessage } from 'node:http'
import { ProblemSchema } from './schema/common.ts'
import { QuestionSchema } from './schema/job.ts'
import { loose } from './schema/typed.ts'
import type { Routes } from './spec.ts'
import { readQuestion } from './submission.ts'
import { jobRequest } from './submit.ts'
import { readSource } from './workflow-source.ts'

const BODY = { content: { 'application/json': Type.Union([QuestionSchema, loose(Type.Ref('AnyWorkflow'))]) } }

export const questionRoutes = {
  'POST /validate': {
    operation: 'validateWorkflow', tag: 'workflows', scope: 'run', summary: 'Everything that is wrong with a workflow',
    body: BODY,
    replies: {
      200: Type.Object({
        ok: Type.Boolean({ description: 'Whether nothing is wrong.' }),
        problems: Type.Array(ProblemSchema),
        outputs: Type.Object({
          good: Type.Array(Type.String(), { description: 'Output nodes that can be made.' }),
          bad: Type.Array(Type.String(), { description: 'Those that can\'t.' }),
        }),
      }),
    },
    errors: [413, 415],
  },
  'POST /plan': {
    operation: 'planWorkflow', tag: 'workflows', scope: 'run', summary: 'What a run would do and take',
    description: 'Which nodes would run, what they take in memory and time, and which files are missing.',
    body: BODY,
    replies: { 200: loose<Answers['plan']>(Type.Object({ ok: Type.Boolean(), problems: Type.Array(ProblemSchema) }, { $id: 'Plan', additionalProperties: true })) },
    errors: [413, 415, 503],
  },
  'POST /explain': {
    operation: 'explainWorkflow', tag: 'workflows', scope: 'run', summary: 'Why each node would run again',
    description: 'Against the last run that the disk cache knows of.',
    body: BODY,
    replies: { 200: loose<Answers['explain']>(Type.Object({ nodes: Type.Array(Type.Any()), left: Type.Integer() }, { $id: 'Explanation', additionalProperties: true })) },
    errors: [413, 415, 503],
  },
} as const satisfies Routes

export function questionRouter(services: Services): Router {
  const { admission, desk, config } = services
  return implement(questionRoutes, services, {
    'POST /validate': async (call) => {
      const { problems, good, bad } = await admission.check(await readRequest(services, call), { api: 'kinograph' })
      return { ok: problems.length === 0, problems: [...problems], outputs: { good: [...good], bad: [...bad] } }
    },
    'POST /plan': async (call) => asked(services, await readRequest(services, call), (common) =>
      desk.ask({ type: 'plan', cache: config.cache, ...common })),
    'POST /explain': async (call) => asked(services, await readRequest(services, call), (common) =>
      desk.ask({ type: 'explain', cache: config.cache, ...common })),
  })
}

async function readRequest(services: Services, { request }: { readonly request: IncomingMessage; readonly principal: Principal }): Promise<JobRequest> {
  const { source, options } = await readQuestion(request, services)
  return jobRequest(await readSource(source, services), options)
}

/** Asks a worker about a workflow; a large one goes by way of a file. */
async function asked<T>({ config, folders }: Services, job: JobRequest, ask: (common: ReturnType<typeof question>) => Promise<T>): Promise<T> {
  const id = randomUUID()
  const { source, remove } = carry(id, job.workflow, folders)
  try {
    return await ask(question(id, job, source, folders, job.device ?? config.devices[0]!))
  } finally {
    remove()
  }
}

function question(id: string, { parameters, set, targets }: JobRequest, workflow: ReturnType<typeof carry>['source'], folders: Services['folders'], device: JobRequest['device'] & string) {
  return { id, workflow, folders, device, ...(parameters && { parameters }), ...(set && { set }), ...(targets && { targets }) }
}
