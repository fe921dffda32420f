/** Events over socket.io: websockets only, so that every connection has passed the check of an upgrade. */
import { createServer, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { Type, type Static } from '@sinclair/typebox'
import type { Server } from 'socket.io'
import { logText } from '../../core/workflow/workflow-error.ts'
import type { Job } from '../job/job.ts'
import type { Principal, Services } from '../services.ts'
import type { ClientEvents, ServerEvents } from './channel.ts'
import { checkValue } from './check.ts'
import { Round, type ClientSocket } from './outbox.ts'
import { JobId } from './schema/common.ts'
import { Watcher } from './watcher.ts'

const WatchSchema = {
  jobs: Type.Optional(Type.Union([Type.Literal('all'), Type.Array(JobId, { maxItems: 1000 })], { expects: '"all" or a list of at most 1000 ids' })),
  previews: Type.Optional(Type.Boolean()),
}
const WhatSchema = Type.Object({ ...WatchSchema, snapshot: Type.Optional(Type.Boolean()) }, { additionalProperties: false })
const GreetingSchema = Type.Object({ ...WatchSchema, cursor: Type.Optional(Type.String({ maxLength: 200 })) }, { additionalProperties: false })

export interface EventSocket {
  /** Takes an upgrade to /socket.io that security/ has let in. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, principal: Principal): void
  /** Tells all clients that the server ends. */
  close(): void
}

/** Most bytes of a message of a client: a list of jobs to watch. */
const MAX_MESSAGE = 128 * 1024

/** socket.io is loaded when the first client comes. */
export function attachSocketIo(services: Services): EventSocket {
  const hub = new Hub(services)
  const principals = new WeakMap<IncomingMessage, Principal>()
  let opening: Promise<Server> | undefined
  return {
    upgrade(request, socket, head, principal) {
      principals.set(request, principal)
      socket.on('error', () => socket.destroy())
      opening ??= open((client) => hub.join(client, principals.get(client.request)))
      opening.then((io) => io.engine.handleUpgrade(request, socket, head), () => socket.destroy())
    },
    close: () => hub.close(),
  }
}

async function open(join: (client: ClientSocket) => void): Promise<Server> {
  const { Server } = await import('socket.io')
  const io = new Server<ClientEvents, ServerEvents>({
    transports: ['websocket'], serveClient: false, maxHttpBufferSize: MAX_MESSAGE, perMessageDeflate: false, connectTimeout: 20_000,
  })
  io.attach(createServer()) // never listens: upgrades are handed over, once they have been checked
  io.on('connection', join)
  return io
}

/** Hands what happens to all clients. */
class Hub {
  readonly #services: Services
  readonly #watchers = new Set<Watcher>()
  readonly #round = new Round()
  /** Whose the running jobs are: previews name them by id alone. */
  readonly #running = new Map<string, Job>()
  #unsubscribe: (() => void) | undefined

  constructor(services: Services) {
    this.#services = services
  }

  join(socket: ClientSocket, principal: Principal | undefined): void {
    const watcher = new Watcher(socket, this.#services, principal ?? { name: '', scopes: new Set() }, this.#round)
    const greeting = readGreeting(socket)
    if (typeof greeting === 'string') return watcher.outbox.close({ code: 'invalid_request', message: greeting })
    watcher.watch(greeting)
    const begin = (cursor?: string) => void watcher.begin(cursor).catch((error: unknown) => {
      this.#services.log.error({ error: logText(error) }, 'a client of the events could not begin')
      watcher.outbox.close({ code: 'internal_error', message: 'The server made a mistake. Connect again.' })
    })
    socket.on('watch', (what, done) => {
      const problem = problemOf(WhatSchema, what)
      if (problem === undefined) watcher.watch(what)
      if (typeof done === 'function') done(problem === undefined ? { ok: true } : { ok: false, message: problem })
      if (problem === undefined && what.snapshot) begin()
    })
    socket.once('disconnect', () => this.#leave(watcher))
    this.#watchers.add(watcher)
    this.#unsubscribe ??= this.#subscribe()
    begin(greeting.cursor)
  }

  close(): void {
    for (const { outbox } of this.#watchers) outbox.close({ code: 'stopping', message: 'The server is shutting down. Connect again when it is back.' })
  }

  #subscribe(): () => void {
    for (const job of this.#services.queue.running()) this.#running.set(job.id, job)
    return this.#services.feed.subscribe({
      onEntry: (entry, job) => {
        if ('job' in entry && entry.event.type === 'job.started') this.#running.set(entry.job, entry.event.job)
        if ('job' in entry && entry.event.type === 'job.ended') this.#running.delete(entry.job)
        for (const watcher of this.#watchers) watcher.offer(entry, job)
      },
      onPreview: (preview) => {
        const job = this.#running.get(preview.job)
        for (const watcher of this.#watchers) watcher.preview(preview, job)
      },
    })
  }

  #leave(watcher: Watcher): void {
    this.#watchers.delete(watcher)
    if (this.#watchers.size > 0) return
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#running.clear()
  }
}

/** What the client said as it connected, or what is wrong with it. */
function readGreeting({ handshake }: ClientSocket): Static<typeof GreetingSchema> | string {
  const given: unknown = handshake.auth
  return problemOf(GreetingSchema, given) ?? (given as Static<typeof GreetingSchema>) // just checked
}

function problemOf(schema: typeof WhatSchema | typeof GreetingSchema, value: unknown): string | undefined {
  try {
    checkValue(schema, value, 'watch')
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
