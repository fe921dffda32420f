/** `GET /object_info[/{class}]`: what nodes there are. Written once, and again when something of it has changed. */
import { createHash } from 'node:crypto'
import { Router } from 'express'
import type { Request, Response } from 'express'
import type { Definitions } from '../../../core/types/definition.ts'
import type { UploadKind } from '../../../core/types/port.ts'
import type { Services } from '../../services.ts'
import { inputFiles, ofKind } from './input-files.ts'
import { nodeInfo } from './node-info.ts'

/** Milliseconds for which the folders that choices come from are taken to be as they were. */
const FRESH = 1000

interface Written {
  readonly definitions: Definitions
  readonly files: readonly string[]
  /** By type: the JSON of its description. */
  readonly byType: ReadonlyMap<string, string>
  readonly all: string
  readonly etag: string
  readonly at: number
}

/** The two routes of `/object_info`. */
export function objectInfoRoutes(services: Services): Router {
  const read = reader(services)
  return Router()
    .get('/object_info', async (request, response) => {
      const { all, etag } = await read()
      send(request, response, all, etag)
    })
    .get('/object_info/:type', async (request, response) => {
      const { byType, etag } = await read()
      const { type } = request.params
      const info = byType.get(type)
      send(request, response, info === undefined ? '{}' : `{${JSON.stringify(type)}:${info}}`, etag)
    })
}

function send(request: Request, response: Response, json: string, etag: string): void {
  response.set({ ETag: etag, 'Cache-Control': 'no-cache' }).type('json')
  if (request.fresh) response.status(304).end()
  else response.send(json)
}

/** Reads definitions at most once a second, however many ask. */
function reader({ desk, folders, log }: Services): () => Promise<Written> {
  let last: Written | undefined
  let reading: Promise<Written> | undefined
  const renew = async (): Promise<Written> => {
    const [definitions, files] = await Promise.all([freshDefinitions({ desk, log }), inputFiles(folders.input)])
    const isSame = last !== undefined && last.definitions === definitions && last.files.join('\n') === files.join('\n')
    last = isSame ? { ...last!, at: performance.now() } : write(definitions, files)
    return last
  }
  return () => {
    if (last !== undefined && performance.now() - last.at < FRESH) return Promise.resolve(last)
    reading ??= renew().finally(() => { reading = undefined })
    return reading
  }
}

/** With choices looked up now; as they were last when no worker answers in time. */
async function freshDefinitions({ desk, log }: Pick<Services, 'desk' | 'log'>): Promise<Definitions> {
  try {
    return await desk.definitions(true)
  } catch (error) {
    log.warn({ error: String(error) }, 'choices of nodes could not be looked up again')
    return desk.definitions()
  }
}

function write(definitions: Definitions, files: readonly string[]): Written {
  const kinds = new Map<UploadKind, string[]>()
  const choices = (kind: UploadKind) => {
    const known = kinds.get(kind) ?? ofKind(files, kind)
    kinds.set(kind, known)
    return known
  }
  const shown = [...definitions.values()].filter(({ internal }) => internal !== true)
  const byType = new Map(shown.map((definition) => [definition.type, JSON.stringify(nodeInfo(definition, choices))]))
  const all = `{${[...byType].map(([type, info]) => `${JSON.stringify(type)}:${info}`).join(',')}}`
  const etag = `"${createHash('sha256').update(all).digest('base64url').slice(0, 22)}"`
  return { definitions, files, byType, all, etag, at: performance.now() }
}
