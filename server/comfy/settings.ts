/** `/settings`, `/users`: what a front end remembers of a person's choices. The server itself never reads them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Router } from 'express'
import type { Response } from 'express'
import { isRecord } from '../../core/comfy/fields.ts'
import type { Json, JsonObject } from '../../core/types/json.ts'
import { systemCode } from '../../media/error.ts'
import { withStage } from '../../media/staging.ts'
import type { Services } from '../services.ts'
import { readJsonBody, readRecord } from './body.ts'
import { refusal } from './errors.ts'
import { userName } from './files/user-folder.ts'
import { principalOf } from './principal.ts'

const MOST_BYTES = 1_000_000
const LONGEST_NAME = 256

/** Reads and writes settings by their ids; there is one person to a token. */
export function settingsRoutes(services: Services): Router {
  const kept = new Settings(join(services.folders.data, 'settings'))
  const user = (response: Response) => userName(services, principalOf(response))
  return Router()
    .get('/settings', async (_request, response) => {
      response.json(Object.fromEntries(await kept.read(user(response))))
    })
    .get('/settings/:id', async (request, response) => {
      response.json((await kept.read(user(response))).get(request.params.id) ?? null)
    })
    .post('/settings', async (request, response) => {
      await kept.change(user(response), Object.entries(await readRecord(request, services)))
      response.json({})
    })
    .post('/settings/:id', async (request, response) => {
      await kept.change(user(response), [[request.params.id, await readJsonBody(request, services) ?? null]])
      response.json({})
    })
    .get('/users', (_request, response) => {
      response.json({ storage: 'server', migrated: true })
    })
    .post('/users', () => {
      throw refusal(400, 'invalid_request', 'Users can\'t be added here.', 'Give people tokens of their own in the server\'s configuration.')
    })
}

/** One JSON file for each person. Changes come one after another. */
class Settings {
  readonly #folder: string
  #last: Promise<unknown> = Promise.resolve()

  constructor(folder: string) {
    this.#folder = folder
  }

  async read(user: string): Promise<ReadonlyMap<string, Json>> {
    return new Map(Object.entries(await this.#record(user)))
  }

  change(user: string, entries: readonly (readonly [string, Json])[]): Promise<void> {
    const change = this.#last.then(() => this.#write(user, entries))
    this.#last = change.catch(() => {}) // told to whoever asked for it
    return change
  }

  async #write(user: string, entries: readonly (readonly [string, Json])[]): Promise<void> {
    if (entries.some(([id]) => id.length > LONGEST_NAME)) {
      throw refusal(400, 'invalid_request', 'A setting\'s name is too long.', `Expected at most ${LONGEST_NAME} characters.`)
    }
    const text = JSON.stringify(Object.fromEntries([...Object.entries(await this.#record(user)), ...entries]))
    if (text.length > MOST_BYTES) throw refusal(413, 'too_large', 'The settings are too large.', `Expected at most ${MOST_BYTES} characters in all.`)
    await mkdir(this.#folder, { recursive: true })
    await withStage(this.#path(user), async (stage) => {
      await writeFile(stage.path('settings'), text)
      await stage.publish('settings', this.#path(user))
    })
  }

  /** An object that is no record, or broken, counts as empty: it holds nothing that anything depends on. */
  async #record(user: string): Promise<JsonObject> {
    try {
      const value = JSON.parse(await readFile(this.#path(user), 'utf8')) as Json // JSON.parse gives JSON
      return isRecord(value) ? value : {}
    } catch (error) {
      if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return {}
      throw error
    }
  }

  #path(user: string): string {
    return join(this.#folder, `${user}.json`)
  }
}
