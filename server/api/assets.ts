/** /api/assets: files of the input, output and temporary folders. */
import { randomUUID } from 'node:crypto'
import { mkdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import type { Router } from 'express'
import { readdir } from 'node:fs/promises'
import type { MediaReport } from '../../worker/protocol-files.ts'
import { checkPath } from '../assets/file-names.ts'
import { listAssets } from '../assets/list-assets.ts'
import { newestAssets } from '../assets/newest-assets.ts'
import { folderInside, openInside } from '../assets/open-inside.ts'
import { receiveForm } from '../assets/receive.ts'
import { sendFile } from '../assets/send-file.ts'
import { BY_HASH, storeUpload } from '../assets/store-upload.ts'
import { Thumbnails } from '../assets/thumbnails.ts'
import type { Services } from '../services.ts'
import { checkValue } from './check.ts'
import { missing } from './errors.ts'
import { ANSWERED, implement, Reply } from './implement.ts'
import { Limit, Milliseconds } from './schema/common.ts'
import { loose, oneOf } from './schema/typed.ts'
import type { Routes } from './spec.ts'

const Root = oneOf(['input', 'output', 'temp'] as const, 'Which folder of the server.')
const FileParams = Type.Object({ root: Root, path: Type.String({ minLength: 1, maxLength: 4000, description: 'Below the folder; slashes stand as they are.' }) })

const AssetSchema = Type.Object(
  {
    name: Type.String(),
    path: Type.String({ description: 'Below the root.' }),
    type: oneOf(['file', 'folder'] as const),
    bytes: Type.Optional(Type.Integer()),
    modified: Type.Optional(Milliseconds),
  },
  { $id: 'Asset' },
)

const UploadSchema = Type.Object(
  {
    path: Type.String({ description: 'Below the input folder: what LoadImage and its like take.' }),
    kind: oneOf(['image', 'video', 'audio', 'workflow'] as const),
    bytes: Type.Integer(),
    sha256: Type.String(),
    existed: Type.Boolean({ description: 'The same content was there already, under this name.' }),
    width: Type.Optional(Type.Integer()),
    height: Type.Optional(Type.Integer()),
    frames: Type.Optional(Type.Integer()),
    fps: Type.Optional(Type.Number()),
    duration: Type.Optional(Type.Number({ description: 'In seconds.' })),
  },
  { $id: 'Upload' },
)

const UploadFields = Type.Object({
  folder: Type.Optional(Type.String({ maxLength: 1000, description: 'Below the input folder.' })),
  naming: Type.Optional(oneOf(['given', 'hash'] as const, '`hash`: `by-hash/{sha256}.{extension}`.')),
})

const BYTES = { content: { 'application/octet-stream': Type.String({ format: 'binary' }) }, description: 'The file.' }

export const assetRoutes = {
  'POST /assets': {
    operation: 'uploadAsset', tag: 'assets', scope: 'edit', summary: 'Upload a file into the input folder',
    description: 'A picture, a video, audio or a workflow, told by its content. Never replaces another file: a name that is taken by other content gets a number.',
    body: { content: { 'multipart/form-data': Type.Object({ file: Type.String({ format: 'binary' }), ...UploadFields.properties }) } },
    replies: { 201: UploadSchema, 200: UploadSchema },
    errors: [413, 415, 503, 507],
  },
  'GET /assets/by-hash/{sha256}': {
    operation: 'findAsset', tag: 'assets', scope: 'run', summary: 'Whether a file was uploaded with `naming=hash`, by its content',
    params: Type.Object({ sha256: Type.String({ pattern: '^[0-9a-f]{64}$', expects: 'a SHA-256 in lower-case hexadecimal' }) }),
    replies: { 200: Type.Object({ path: Type.String(), sha256: Type.String() }) },
    errors: [404],
  },
  'GET /assets/{root}': {
    operation: 'listAssets', tag: 'assets', scope: 'run', summary: 'Files and folders, by name; or all files, the newest first',
    params: Type.Object({ root: Root }),
    query: Type.Object({
      folder: Type.Optional(Type.String({ maxLength: 4000, description: 'Below the root.' })),
      limit: Type.Optional(Limit),
      after: Type.Optional(Type.String({ maxLength: 5000, description: 'From `next` of the page before.' })),
      order: Type.Optional(oneOf(['name', 'newest'] as const, '`newest`: the files of all folders below, the newest first.')),
    }, { additionalProperties: false }),
    replies: { 200: Type.Object({ assets: Type.Array(AssetSchema), next: Type.Optional(Type.String()), total: Type.Integer() }) },
    errors: [404],
  },
  'GET /assets/{root}/{path+}': {
    operation: 'getAsset', tag: 'assets', scope: 'run', summary: 'A file',
    description: 'With ranges, ETag and conditions. What a browser could run is handed out to be saved.',
    params: FileParams,
    query: Type.Object({ download: Type.Optional(Type.Boolean({ description: 'To be saved, not shown.' })) }, { additionalProperties: false }),
    replies: { 200: BYTES, 206: BYTES, 304: null },
    errors: [404, 416],
  },
  'DELETE /assets/{root}/{path+}': {
    operation: 'deleteAsset', tag: 'assets', scope: 'edit', summary: 'Remove a file',
    params: FileParams,
    replies: { 204: null },
    errors: [404],
  },
  'GET /thumbnails/{root}/{path+}': {
    operation: 'getThumbnail', tag: 'assets', scope: 'run', summary: 'A small WebP picture of a picture or video',
    params: FileParams,
    query: Type.Object({ size: Type.Optional(Type.Integer({ minimum: 16, maximum: 1024, default: 256, description: 'Of the longer side, in pixels.' })) }, { additionalProperties: false }),
    replies: { 200: { content: { 'image/webp': Type.String({ format: 'binary' }) } }, 304: null },
    errors: [404, 503],
  },
  'GET /probe/{root}/{path+}': {
    operation: 'probeAsset', tag: 'assets', scope: 'run', summary: 'What a picture or video is: size, frames, rate, embedded workflow',
    params: FileParams,
    replies: {
      200: loose<MediaReport>(Type.Object(
        { kind: oneOf(['image', 'video'] as const), format: Type.String(), bytes: Type.Integer(), width: Type.Integer(), height: Type.Integer() },
        { $id: 'MediaReport', additionalProperties: true },
      )),
    },
    errors: [404, 503],
  },
} as const satisfies Routes

export function assetRouter(services: Services): Router {
  const { folders, desk, config } = services
  const thumbnails = new Thumbnails(services)
  return implement(assetRoutes, services, {
    'POST /assets': async ({ request }) => {
      await mkdir(folders.input, { recursive: true })
      const plan = { folder: folders.input, fields: ['folder', 'naming'], bytes: config.limits.uploadBytes }
      const stored = await receiveForm(request, plan, ({ file, fields }) => {
        const options: unknown = Object.fromEntries(fields)
        checkValue(UploadFields, options, 'body')
        const { folder = '', naming = 'given' } = options as { folder?: string; naming?: 'given' | 'hash' } // just checked
        return storeUpload(services, file, { root: folders.input, folder, naming })
      })
      return new Reply(stored.existed ? 200 : 201, stored, { location: `/api/assets/input/${pathUrl(stored.path)}` })
    },
    'GET /assets/by-hash/{sha256}': async ({ params }) => {
      const names = await readdir(join(folders.input, BY_HASH)).catch(() => [])
      const name = names.find((one) => one.startsWith(`${params.sha256}.`))
      if (name === undefined) throw missing('a file with this SHA-256', 'Upload it with naming=hash.')
      return { path: `${BY_HASH}/${name}`, sha256: params.sha256 }
    },
    'GET /assets/{root}': async ({ params, query }) => {
      const { folder = '', limit = 100, after, order } = query
      const real = await folderInside(folders[params.root], folder, 'query.folder')
      if (real === undefined && folder !== '') throw missing(`the folder "${folder.slice(0, 200)}"`, `GET /api/assets/${params.root} lists what there is.`)
      if (real === undefined) return { assets: [], total: 0 }
      return order === 'newest' ? newestAssets(real, folder, limit, after) : listAssets(real, folder, limit, after)
    },
    'GET /assets/{root}/{path+}': async ({ params, query, request, response }) => {
      const file = await openInside(folders[params.root], params.path)
      await sendFile(request, response, file, { download: query.download === true })
      return ANSWERED
    },
    'DELETE /assets/{root}/{path+}': async ({ params }) => {
      const { handle, path } = await openInside(folders[params.root], params.path)
      await handle.close()
      await unlink(path)
      return new Reply(204, undefined)
    },
    'GET /thumbnails/{root}/{path+}': async ({ params, query, request, response }) => {
      const file = await openInside(folders[params.root], params.path)
      const thumbnail = await thumbnails.open(file, query.size ?? 256).finally(() => file.handle.close())
      await sendFile(request, response, thumbnail, { name: `${checkPath(params.path, 'path').at(-1)}.webp` })
      return ANSWERED
    },
    'GET /probe/{root}/{path+}': async ({ params }) => {
      const { handle, path } = await openInside(folders[params.root], params.path)
      await handle.close()
      const { pixels, frames, duration } = config.limits
      return desk.ask({ type: 'probe', id: randomUUID(), path, limits: { pixels, frames, duration } })
    },
  })
}

/** A path as it stands in an address. */
export function pathUrl(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
