/** Where attacks take place: a server, a secret beside its folders, and a record of what there was. */
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ask } from './raw.ts'
import type { RawAnswer, RawRequest } from './raw.ts'
import { filesBelow, scratchFolder, startServer } from './support.ts'
import type { ServerOptions, TestServer } from './support.ts'

/** Stands in files that nobody may read through the server. */
export const SECRET = 'the-secret-that-nobody-may-read'

export interface Ground {
  readonly server: TestServer
  readonly folder: string
  /** A folder beside the server's, with secret.txt and old.txt in it. */
  readonly outside: string
  ask(request: RawRequest): Promise<RawAnswer>
  post(path: string, body: unknown): Promise<RawAnswer>
  /** What lies anywhere but below the named folders of the data folder, with digests. */
  around(...except: string[]): Record<string, string>
}

/** A 1×1 PNG. */
export const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

/** Where the server itself writes: its database, its lock, its folders. */
const OF_THE_SERVER = /^data\/(kinograph\.db.*|lock.*|checkpoints|previews|temp|\.kinograph-.*)(\/|$)/

export async function openGround(options: ServerOptions = {}): Promise<Ground> {
  const folder = scratchFolder()
  const outside = join(folder, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'secret.txt'), SECRET)
  writeFileSync(join(outside, 'secret.png'), Buffer.concat([PNG, Buffer.from(SECRET)]))
  writeFileSync(join(outside, 'old.txt'), 'old')
  const data = join(folder, 'data')
  for (const name of ['input', 'output']) mkdirSync(join(data, name), { recursive: true })
  writeFileSync(join(data, 'secret.txt'), SECRET)
  writeFileSync(join(data, 'secret.png'), Buffer.concat([PNG, Buffer.from(SECRET)]))
  const server = await startServer({ ...options, data })
  const send = (request: RawRequest) => ask(server.port, request)
  return {
    server, folder, outside, ask: send,
    post: (path, body) => send({ method: 'POST', path, headers: [['Content-Type', 'application/json']], body: JSON.stringify(body) }),
    around(...except) {
      const paths = filesBelow(folder).filter((path) => !OF_THE_SERVER.test(path) && !except.some((one) => path.startsWith(`data/${one}`)))
      return Object.fromEntries(paths.map((path) => [path, digest(join(folder, path))]))
    },
  }
}

function digest(path: string): string {
  const found = lstatSync(path)
  if (found.isSymbolicLink()) return `link to ${readlinkSync(path)}`
  return found.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'folder'
}

/** A form with one file; names are sent as they are. */
export function form(name: string, filename: string, content: Uint8Array | string, fields: Readonly<Record<string, string>> = {}): Pick<RawRequest, 'headers' | 'body' | 'method'> {
  const text = Object.entries(fields).map(([field, value]) => `--b0undary\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`).join('')
  const head = `--b0undary\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: image/png\r\n\r\n`
  return {
    method: 'POST',
    headers: [['Content-Type', 'multipart/form-data; boundary=b0undary']],
    body: Buffer.concat([Buffer.from(text + head), Buffer.from(content), Buffer.from('\r\n--b0undary--\r\n')]),
  }
}

/** A prompt in ComfyUI's format, by node. */
export type Prompt = Readonly<Record<string, { readonly class_type: string; readonly inputs: Readonly<Record<string, unknown>> }>>

/** What the history says of a job. */
export interface Ended {
  readonly status: { readonly status_str: string; readonly completed: boolean; readonly messages: readonly (readonly [string, Readonly<Record<string, unknown>>])[] }
  readonly outputs: Readonly<Record<string, Readonly<Record<string, readonly { readonly filename: string; readonly subfolder: string; readonly type: string }[]>>>>
}

/** Queues a prompt: its id, or why it was refused. */
export async function queue(ground: Ground, prompt: Prompt): Promise<{ readonly id: string } | { readonly refused: RawAnswer }> {
  const answer = await ground.post('/prompt', { prompt })
  if (answer.status !== 200) return { refused: answer }
  return { id: (JSON.parse(answer.body) as { prompt_id: string }).prompt_id } // ComfyUI's answer
}

/** Waits for the end of a job. */
export async function ended(ground: Ground, id: string, seconds = 60): Promise<Ended> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(30)) {
    const history = JSON.parse((await ground.ask({ path: `/history/${id}` })).body) as Record<string, Ended> // ComfyUI's answer
    if (history[id]) return history[id]
  }
  throw new Error(`job ${id} did not end within ${seconds} s:\n${ground.server.log().slice(-2000)}`)
}

/** Queues a prompt and waits for its end; what was refused ends as an error at once. */
export async function run(ground: Ground, prompt: Prompt): Promise<{ readonly status: string; readonly said: string; readonly outputs: Ended['outputs'] }> {
  const queued = await queue(ground, prompt)
  if ('refused' in queued) return { status: 'refused', said: queued.refused.body, outputs: {} }
  const { status, outputs } = await ended(ground, queued.id)
  return { status: status.status_str, said: JSON.stringify(status), outputs }
}
