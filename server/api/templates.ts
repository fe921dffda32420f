/** /api/templates: the workflows that come with Kinograph, with pictures of what they make and the files that they read. */
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import type { Router } from 'express'
import { didYouMean } from '../../core/workflow/suggest.ts'
import { openInside } from '../assets/open-inside.ts'
import { sendFile } from '../assets/send-file.ts'
import type { Services } from '../services.ts'
import { Templates, type Template } from '../workflows/templates.ts'
import { missing } from './errors.ts'
import { ANSWERED, implement } from './implement.ts'
import { packageRoot } from './package-root.ts'
import { WorkflowSchema } from './schema/common.ts'
import { typed } from './schema/typed.ts'
import type { Routes } from './spec.ts'

const Name = Type.String({ minLength: 1, maxLength: 200, description: 'From the list.' })
const TemplateSchema = typed<Template>()(Type.Object(
  {
    name: Type.String(),
    title: Type.String(),
    description: Type.String(),
    tags: Type.Array(Type.String()),
    files: Type.Array(Type.String({ description: 'Below the input folder: what it reads, and comes with.' })),
    needs: Type.Optional(Type.String({ description: 'What it needs that does not come with Kinograph.' })),
    zh: Type.Optional(Type.Object({ title: Type.String(), description: Type.String() }, { description: 'The same in Chinese.' })),
    thumbnail: Type.Boolean({ description: 'Whether there is a picture of what it makes.' }),
  },
  { $id: 'Template' },
))

export const templateRoutes = {
  'GET /templates': {
    operation: 'listTemplates', tag: 'workflows', scope: 'run', summary: 'Workflows to begin from',
    replies: { 200: Type.Object({ templates: Type.Array(TemplateSchema) }) },
  },
  'GET /templates/{name}': {
    operation: 'getTemplate', tag: 'workflows', scope: 'run', summary: 'A workflow to begin from',
    params: Type.Object({ name: Name }),
    replies: { 200: WorkflowSchema },
    errors: [404],
  },
  'GET /templates/{name}/thumbnail': {
    operation: 'getTemplateThumbnail', tag: 'workflows', scope: 'run', summary: 'What it makes, as a small WebP picture',
    params: Type.Object({ name: Name }),
    replies: { 200: { content: { 'image/webp': Type.String({ format: 'binary' }) } }, 304: null },
    errors: [404],
  },
  'GET /templates/{name}/files/{path+}': {
    operation: 'getTemplateFile', tag: 'workflows', scope: 'run', summary: 'A file that it reads and comes with',
    params: Type.Object({ name: Name, path: Type.String({ minLength: 1, maxLength: 400, description: 'One of its `files`.' }) }),
    replies: { 200: { content: { 'application/octet-stream': Type.String({ format: 'binary' }) } }, 304: null },
    errors: [404],
  },
} as const satisfies Routes

export function templateRouter(services: Services): Router {
  const templates = new Templates(join(packageRoot(), 'workflows'))
  const find = async (name: string) => {
    const found = await templates.get(name)
    if (found) return found
    const names = (await templates.list()).map((one) => one.name)
    throw missing(`the template "${name}"`, didYouMean(name, names) ?? 'GET /api/templates lists them.')
  }
  return implement(templateRoutes, services, {
    'GET /templates': async () => ({ templates: [...await templates.list()] }),
    'GET /templates/{name}': async ({ params }) => (await find(params.name)).workflow,
    'GET /templates/{name}/thumbnail': async ({ params, request, response }) => {
      const { template } = await find(params.name)
      if (!template.thumbnail) throw missing(`a picture of "${params.name}"`, 'GET /api/templates says which have one.')
      await sendFile(request, response, await openInside(templates.folder, `thumbnails/${template.name}.webp`))
      return ANSWERED
    },
    'GET /templates/{name}/files/{path+}': async ({ params, request, response }) => {
      const { template } = await find(params.name)
      if (!template.files.includes(params.path)) throw missing(`the file "${params.path.slice(0, 200)}" of that template`, 'GET /api/templates lists its files.')
      await sendFile(request, response, await openInside(templates.folder, params.path))
      return ANSWERED
    },
  })
}
