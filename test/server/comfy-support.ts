/** What the tests of ComfyUI's interface share: prompts, and a socket that keeps all it hears. */
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { root, startServer, type ServerOptions, type TestServer } from './support.ts'

/** A server with the nodes of comfy-plugins, beside the built-in ones. */
export function startComfy({ args = [], ...options }: ServerOptions = {}): Promise<TestServer> {
  return startServer({ ...options, args: ['--plugins', join(root, 'test/server/comfy-plugins'), ...args] })
}

export type Prompt = Readonly<Record<string, { readonly class_type: string; readonly inputs: Readonly<Record<string, unknown>> }>>

/** A picture of one colour, saved. A colour of its own makes a prompt that nothing is known of yet. */
export const picture = (color: number, size = 16): Prompt => ({
  '1': { class_type: 'EmptyImage', inputs: { width: size, height: size, batch_size: 1, color } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'comfy' } },
})

/** Takes so many seconds, then shows a number. */
export const slow = (seconds: number, steps = 20): Prompt => ({
  '1': { class_type: 'TrialSlow', inputs: { seconds, steps } },
  '2': { class_type: 'PreviewAny', inputs: { source: ['1', 0] } },
})

/** The tiny model's clip of 16 frames, long enough in the making for previews; the sampler is node 7, the video node 9. */
export function sampling(seed: number, steps = 60): Prompt {
  const model = 'tiny-shapes-64'
  const said = (text: string) => ({ class_type: 'TextEncode', inputs: { text_encoder: ['3', 0], text } })
  return {
    '1': { class_type: 'LoadDiT', inputs: { model } },
    '2': { class_type: 'LoadMotionModule', inputs: { model: ['1', 0], motion_module: 'tiny_shapes_mm.safetensors' } },
    '3': { class_type: 'LoadTextEncoder', inputs: { model } },
    '4': said('a small red circle moves to the right on a dark blue background'),
    '5': said(''),
    '6': { class_type: 'EmptyLatent', inputs: { width: 64, height: 64, frames: 16 } },
    '7': { class_type: 'Sampler', inputs: { model: ['2', 0], positive: ['4', 0], negative: ['5', 0], latent: ['6', 0], seed, steps } },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['7', 0], vae: ['10', 0] } },
    '9': { class_type: 'SaveVideo', inputs: { video: ['8', 0], filename_prefix: 'clip' } },
    '10': { class_type: 'LoadVAE', inputs: { model } },
  }
}

export interface Event {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A client's socket. */
export interface Listener {
  readonly events: Event[]
  readonly frames: Buffer[]
  send(message: unknown): void
  /** Names of the events about a prompt, in their order. */
  types(prompt: string): string[]
  /** Resolves with the first event that fits, once it has come. */
  event(fits: (event: Event) => boolean): Promise<Event>
  /** Resolves when the prompt has ended. */
  end(prompt: string): Promise<void>
  close(): Promise<void>
}

export async function listen(server: TestServer, client: string, headers: Readonly<Record<string, string>> = {}): Promise<Listener> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws?clientId=${client}`, { headers })
  const events: Event[] = []
  const frames: Buffer[] = []
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) frames.push(data)
    else events.push(JSON.parse(String(data)) as Event)
  })
  await once(socket, 'open')
  const event = async (fits: (event: Event) => boolean): Promise<Event> => {
    for (const end = Date.now() + 50_000; ;) {
      const found = events.find(fits)
      if (found !== undefined) return found
      if (Date.now() > end) throw new Error(`it did not come; what came: ${events.map(({ type }) => type).join(', ')}`)
      await pause(5)
    }
  }
  return {
    events, frames, event,
    send: (message) => socket.send(JSON.stringify(message)),
    types: (prompt) => events.filter(({ data }) => data['prompt_id'] === prompt).map(({ type }) => type),
    end: async (prompt) => void await event(({ type, data }) => type === 'executing' && data['node'] === null && data['prompt_id'] === prompt),
    async close() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** Queues a prompt and gives its id. */
export async function queue(server: TestServer, prompt: Prompt, more: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const answer = await server.post('/prompt', { prompt, ...more }, headers)
  const body = await answer.json() as { prompt_id?: string }
  if (answer.status !== 200 || body.prompt_id === undefined) throw new Error(`not queued: ${answer.status} ${JSON.stringify(body)}`)
  return body.prompt_id
}

export interface Entry {
  readonly prompt: readonly [number, string, Prompt, Readonly<Record<string, unknown>>, readonly string[]]
  readonly outputs: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>
  readonly status: { readonly status_str: string; readonly completed: boolean; readonly messages: readonly (readonly [string, Readonly<Record<string, unknown>>])[] }
  readonly meta: Readonly<Record<string, unknown>>
}

/** The history's entry of a prompt, once there is one. */
export async function entry(server: TestServer, id: string): Promise<Entry> {
  for (const end = Date.now() + 50_000; ;) {
    const found = (await server.json(`/history/${id}`) as Record<string, Entry>)[id]
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`prompt ${id} does not end`)
    await pause(20)
  }
}

/** Runs a prompt to its end. */
export async function run(server: TestServer, prompt: Prompt, more: object = {}): Promise<Entry> {
  return entry(server, await queue(server, prompt, more))
}

/** A PNG of one pixel. */
export const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
