/** /api/weights: what the models folder has, and what a weights file is. (/api/models is ComfyUI's.) */
import { randomUUID } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { Type } from '@sinclair/typebox'
import type { Router } from 'express'
import type { WeightsReport } from '../../worker/protocol-files.ts'
import type { ModelRow } from '../../worker/protocol.ts'
import { checkPath } from '../assets/file-names.ts'
import type { Services } from '../services.ts'
import { missing } from './errors.ts'
import { implement } from './implement.ts'
import { loose, oneOf, typed } from './schema/typed.ts'
import type { Routes } from './spec.ts'

const ModelSchema = typed<ModelRow>()(Type.Object(
  {
    folder: Type.String(),
    name: Type.String(),
    what: Type.Optional(Type.String()),
    path: Type.Optional(Type.String({ description: 'Below the models folder, where it is there.' })),
    bytes: Type.Optional(Type.Integer()),
    size: Type.Optional(Type.String({ description: 'Of the download.' })),
    url: Type.Optional(Type.String()),
    advice: Type.Optional(Type.String({ description: 'How to get it.' })),
    later: Type.Optional(Type.String({ description: 'What it needs that this version lacks.' })),
  },
  { $id: 'Model' },
))

export const modelRoutes = {
  'GET /weights': {
    operation: 'listModels', tag: 'models', scope: 'run', summary: 'Models that are there, then those that can be had',
    replies: { 200: Type.Object({ models: Type.Array(ModelSchema) }) },
    errors: [503],
  },
  'GET /weights/inspect': {
    operation: 'inspectModel', tag: 'models', scope: 'run', summary: 'What a weights file is: family, dtypes, parameters, how well its keys fit',
    description: 'Reads its header, never runs anything of it.',
    query: Type.Object({ path: Type.String({ minLength: 1, maxLength: 4000, description: 'Below the models folder: a file, or the folder of a model.' }) }, { additionalProperties: false }),
    replies: {
      200: loose<WeightsReport>(Type.Object(
        {
          format: oneOf(['safetensors', 'pytorch'] as const), bytes: Type.Integer(), tensors: Type.Integer(), parameters: Type.Integer(),
          dtypes: Type.Array(Type.Object({ dtype: Type.String(), tensors: Type.Integer(), parameters: Type.Integer(), bytes: Type.Integer() })),
          kind: Type.String({ description: 'transformer, autoencoder, text-encoder, lora, motion-module or unknown.' }),
          family: Type.Optional(Type.String()), advice: Type.String(),
          parts: Type.Optional(Type.Array(Type.String(), { description: 'Of a whole model: its folders with weights; the report is of the first.' })),
        },
        { $id: 'WeightsReport', additionalProperties: true },
      )),
    },
    errors: [404, 503],
  },
} as const satisfies Routes

export function modelRouter(services: Services): Router {
  const { desk, folders } = services
  return implement(modelRoutes, services, {
    'GET /weights': async () => {
      const { models } = await desk.ask({ type: 'models', id: randomUUID(), folders })
      return { models: models.map((model) => placed(model, folders.models)) }
    },
    'GET /weights/inspect': async ({ query }) => {
      const parts = checkPath(query.path, 'query.path')
      // Links in the models folder are its owner's: no request can make one.
      const path = await realpath(join(folders.models, ...parts)).catch(() => broughtAlong(services, parts))
      if (path === undefined) throw missing(`the model "${query.path.slice(0, 200)}"`, 'GET /api/weights lists what there is.')
      return desk.ask({ type: 'inspect', id: randomUUID(), path })
    },
  })
}

/** A model that is listed and lies elsewhere: those that come with Kinograph. */
async function broughtAlong({ desk, folders }: Services, parts: readonly string[]): Promise<string | undefined> {
  const { models } = await desk.ask({ type: 'models', id: randomUUID(), folders })
  const named = models.find(({ folder, name, path }) => path !== undefined && parts.join('/').startsWith(`${folder}/${name}`))
  if (named?.path === undefined) return undefined
  const inside = parts.join('/').slice(`${named.folder}/${named.name}`.length)
  return realpath(join(named.path, inside)).catch(() => undefined)
}

/** Without what a path says of the machine: below the models folder, or not at all. */
function placed({ path, ...model }: ModelRow, folder: string): ModelRow {
  const below = path === undefined ? '..' : relative(folder, path)
  return below.startsWith('..') || isAbsolute(below) ? model : { ...model, path: below.replaceAll('\\', '/') }
}
