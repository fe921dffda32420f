/** /api/open: the workflow that a file carries, whoever made it. Nothing is kept. */
import { Type } from '@sinclair/typebox'
import type { Router } from 'express'
import { openWorkflow, type OpenedWorkflow } from '../../core/comfy/index.ts'
import type { Definitions } from '../../core/types/definition.ts'
import type { Json } from '../../core/types/json.ts'
import { embeddedWorkflows } from '../../media/embedded-workflows.ts'
import { receivedText, receiveForm, type ReceivedFile } from '../assets/receive.ts'
import type { Services } from '../services.ts'
import { implement } from './implement.ts'
import { WorkflowSchema } from './schema/common.ts'
import { oneOf } from './schema/typed.ts'
import type { Routes } from './spec.ts'
import { isJsonFile } from './submission.ts'
import { noWorkflowIn } from './workflow-source.ts'

export const openRoutes = {
  'POST /open': {
    operation: 'openFile', tag: 'workflows', scope: 'run', summary: 'The workflow that a file carries',
    description: 'Of a PNG, WebP, MP4, WebM or GIF file that Kinograph or ComfyUI made, or of a workflow\'s JSON in any format. The file is not kept.',
    body: { content: { 'multipart/form-data': Type.Object({ file: Type.String({ format: 'binary' }) }) } },
    replies: {
      200: Type.Object({
        workflow: WorkflowSchema,
        format: oneOf(['kinograph', 'comfy-api', 'comfy-ui'] as const, 'What it was written as.'),
      }),
    },
    errors: [413, 503, 507],
  },
} as const satisfies Routes

export function openRouter(services: Services): Router {
  const { folders, desk, config } = services
  return implement(openRoutes, services, {
    'POST /open': ({ request }) => receiveForm(request, { folder: folders.temp, fields: [], bytes: config.limits.uploadBytes }, async ({ file }) =>
      firstOf(await candidates(file, config.limits.bodyBytes), await desk.definitions())),
  })
}

/** What the file says of its making; what people see comes before what ran. */
async function candidates(file: ReceivedFile, limit: number): Promise<readonly (Json | undefined)[]> {
  if (isJsonFile(file)) return [await receivedText(file, limit)]
  const { kinograph, workflow, prompt } = await embeddedWorkflows(file.path)
  return kinograph === undefined ? [workflow, prompt] : [kinograph as Json] // JSON.parse gave it
}

function firstOf(sources: readonly (Json | undefined)[], definitions: Definitions): OpenedWorkflow {
  const failures: unknown[] = []
  for (const source of sources) {
    if (source === undefined) continue
    try {
      return openWorkflow(source, definitions)
    } catch (error) {
      failures.push(error)
    }
  }
  throw failures[0] ?? noWorkflowIn()
}
