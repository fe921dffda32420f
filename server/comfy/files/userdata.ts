/** `/userdata`, `/v2/userdata`: files of a person's own, by names. */
import { join } from 'node:path'
import { Router } from 'express'
import type { Request, Response } from 'express'
import type { Json } from '../../../core/types/json.ts'
import { readBytes } from '../../api/body.ts'
import { sendFile } from '../../assets/send-file.ts'
import type { Services } from '../../services.ts'
import { missing, refusal } from '../errors.ts'
import { principalOf } from '../principal.ts'
import { UserFolder, userName, type UserEntry } from './user-folder.ts'

/** Lists, reads, writes, deletes and moves. */
export function userdataRoutes(services: Services): Router {
  const folder = (response: Response) =>
    new UserFolder(join(services.folders.data, 'userdata', userName(services, principalOf(response))))
  return Router()
    .get('/userdata', async (request, response) => {
      const dir = textIn(request, 'dir')
      if (dir === undefined) throw refusal(400, 'invalid_request', '"dir" is missing.', 'Expected the folder to list.')
      const entries = await folder(response).list(dir, flag(request, 'recurse'))
      if (entries === undefined) throw missing(`The folder "${dir.slice(0, 200)}"`)
      response.json(listed(entries.filter(({ type }) => type === 'file'), dir, request))
    })
    .get('/v2/userdata', async (request, response) => {
      const dir = textIn(request, 'path') ?? textIn(request, 'dir') ?? ''
      const entries = await folder(response).list(dir, false)
      if (entries === undefined && dir !== '') throw missing(`The folder "${dir.slice(0, 200)}"`)
      response.json((entries ?? []).map(({ name, path, type, size, modified }) =>
        ({ name, path, type, ...(type === 'file' && { size, modified }) })))
    })
    .get('/userdata/:file', async (request, response) => {
      await sendFile(request, response, await folder(response).open(request.params.file))
    })
    .post('/userdata/:file', async (request, response) => {
      const bytes = await readBytes(request, services.config.limits.bodyBytes)
      const entry = await folder(response).write(request.params.file, bytes, isReplacing(request))
      response.json(answer(entry, request))
    })
    .delete('/userdata/:file', async (request, response) => {
      await folder(response).remove(request.params.file)
      response.status(204).end()
    })
    .post('/userdata/:file/move/:to', async (request, response) => {
      const { file, to } = request.params
      response.json(answer(await folder(response).move(file, to, isReplacing(request)), request))
    })
}

function textIn({ query }: Request, name: string): string | undefined {
  const value = query[name]
  return typeof value === 'string' ? value : undefined
}

const flag = (request: Request, name: string) => /^(?:true|1)$/i.test(textIn(request, name) ?? '')
/** Files are replaced unless it is said that they are not to be. */
const isReplacing = (request: Request) => textIn(request, 'overwrite') !== 'false'

function answer(entry: UserEntry, request: Request): Json {
  const { path, size, modified, created } = entry
  return flag(request, 'full_info') ? { path, size, modified, created } : path
}

/** Paths below the folder: alone, taken apart, or with sizes and times. */
function listed(entries: readonly UserEntry[], dir: string, request: Request): Json {
  const base = dir.replace(/^\/+|\/+$/g, '')
  const below = entries.map((entry) => ({ ...entry, path: base === '' ? entry.path : entry.path.slice(base.length + 1) }))
  if (flag(request, 'full_info')) return below.map(({ path, size, modified, created }) => ({ path, size, modified, created }))
  return flag(request, 'split') ? below.map(({ path }) => [path, ...path.split('/')]) : below.map(({ path }) => path)
}
