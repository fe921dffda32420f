/** /api/preferences: what an editor keeps for a person, as JSON by key. Nothing reads it but whoever wrote it. (/api/userdata is ComfyUI's.) */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import type { Router } from 'express'
import { systemCode } from '../../media/error.ts'
import { writeTextFile } from '../../media/write-text.ts'
import type { Principal, Services } from '../services.ts'
import { ApiError, missing } from './errors.ts'
import { implement, Reply } from './implement.ts'
import { AnyJson } from './schema/common.ts'
import type { Routes } from './spec.ts'

const Key = Type.Object({
  key: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$', expects: 'a key: 1 to 100 letters, digits, . _ and -, a letter or digit first' }),
})
const MAX_BYTES = 2 ** 20
const MAX_KEYS = 1000

export const preferenceRoutes = {
  'GET /preferences': {
    operation: 'listPreferences', tag: 'preferences', scope: 'run', summary: 'One\'s own keys',
    replies: { 200: Type.Object({ keys: Type.Array(Type.String()) }) },
  },
  'GET /preferences/{key}': {
    operation: 'getPreference', tag: 'preferences', scope: 'run', summary: 'The value of a key',
    params: Key,
    replies: { 200: AnyJson },
    errors: [404],
  },
  'PUT /preferences/{key}': {
    operation: 'putPreference', tag: 'preferences', scope: 'edit', summary: 'Keep a value: any JSON of at most 1 MB',
    description: 'By the name of the token; without tokens, all share one. It is data: neither settings of the server nor code.',
    params: Key,
    body: AnyJson,
    replies: { 204: null },
    errors: [413, 415, 507],
  },
  'DELETE /preferences/{key}': {
    operation: 'deletePreference', tag: 'preferences', scope: 'edit', summary: 'Forget a key',
    params: Key,
    replies: { 204: null },
    errors: [404],
  },
} as const satisfies Routes

export function preferenceRouter(services: Services): Router {
  const folderOf = ({ name }: Principal) => join(services.folders.data, 'preferences', createHash('sha256').update(name).digest('hex').slice(0, 32))
  return implement(preferenceRoutes, services, {
    'GET /preferences': async ({ principal }) => ({ keys: await keysIn(folderOf(principal)) }),
    'GET /preferences/{key}': async ({ params, principal }) => {
      const text = await readFile(fileOf(folderOf(principal), params.key), 'utf8').catch(unlessMissing)
      if (text === undefined) throw noKey(params.key)
      return new Reply(200, JSON.parse(text))
    },
    'PUT /preferences/{key}': async ({ params, principal, body }) => {
      const text = JSON.stringify(body)
      const folder = folderOf(principal)
      if (Buffer.byteLength(text) > MAX_BYTES) throw tooMuch(`expected a value of at most ${MAX_BYTES} bytes`)
      await mkdir(folder, { recursive: true })
      const keys = await keysIn(folder)
      if (keys.length >= MAX_KEYS && !keys.includes(params.key)) throw tooMuch(`expected at most ${MAX_KEYS} keys`)
      await writeTextFile(fileOf(folder, params.key), text)
      return new Reply(204, undefined)
    },
    'DELETE /preferences/{key}': async ({ params, principal }) => {
      const file = fileOf(folderOf(principal), params.key)
      if (await readFile(file).catch(unlessMissing) === undefined) throw noKey(params.key)
      await rm(file, { force: true })
      return new Reply(204, undefined)
    },
  })
}

const EXTENSION = '.json'

/** Keys are spelled in hexadecimal: two that differ in case alone stay two files everywhere. */
function fileOf(folder: string, key: string): string {
  return join(folder, Buffer.from(key).toString('hex') + EXTENSION)
}

async function keysIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(unlessMissing) ?? []
  return names.filter((name) => name.endsWith(EXTENSION)).map((name) => Buffer.from(name.slice(0, -EXTENSION.length), 'hex').toString()).sort()
}

function unlessMissing(error: unknown): undefined {
  if (systemCode(error) !== 'ENOENT') throw error
}

const noKey = (key: string) => missing(`the key "${key}"`, 'GET /api/preferences lists your keys.')
const tooMuch = (message: string) => new ApiError({ status: 413, code: 'body_too_large', field: 'body', message, remedy: 'Keep less, or delete other keys.' })
