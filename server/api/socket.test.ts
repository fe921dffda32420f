import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { io, type Socket as ClientSocket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFeed, type Feed } from '../events/open-feed.ts'
import type { FeedEntry, Snapshot } from '../events/feed.ts'
import type { Job } from '../job/job.ts'
import type { Principal, Scope, Services } from '../services.ts'
import type { ClientEvents, Goodbye, Greeting, ServerEvents } from './channel.ts'
import { attachSocketIo, type EventSocket } from './socket.ts'

const ADMIN: Principal = { name: 'admin', scopes: new Set<Scope>(['run', 'edit', 'admin']) }
const ANNA: Principal = { name: 'anna', scopes: new Set<Scope>(['run']) }
const BERT: Principal = { name: 'bert', scopes: new Set<Scope>(['run']) }

let feed: Feed
let server: Server
let events: EventSocket
let principal: Principal
let tokens: object[]
const clients: ClientSocket<ServerEvents, ClientEvents>[] = []

beforeEach(async () => {
  principal = ADMIN
  tokens = []
  feed = openFeed({ waiting: () => [] })
  const log = { info() {}, warn() {}, error: (fields: object, message: string) => { throw new Error(`${message} ${JSON.stringify(fields)}`) } }
  // What the sockets use of a server.
  events = attachSocketIo({ feed, log, queue: { running: () => [] }, config: { get tokens() { return tokens } } } as unknown as Services)
  server = createServer().on('upgrade', (request, socket, head) => events.upgrade(request, socket, head, principal))
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  events.close()
  server.closeAllConnections()
  server.close()
})

function open(auth: Greeting = {}): ClientSocket<ServerEvents, ClientEvents> {
  const { port } = server.address() as AddressInfo
  const client: ClientSocket<ServerEvents, ClientEvents> = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true, reconnection: false, auth })
  clients.push(client)
  return client
}

const first = <N extends keyof ServerEvents>(client: ClientSocket<ServerEvents, ClientEvents>, name: N): Promise<Parameters<ServerEvents[N]>[0]> =>
  new Promise((resolve) => client.once(name, resolve as never))

const jobOf = (id: string, owner?: string): Job => ({
  id, seq: 1, rank: 1, state: 'queued', title: id, nodes: 1, api: 'kinograph', attempts: 0, deaths: 0, created: 0, ...(owner !== undefined && { owner }),
})
const queue = (id: string, owner?: string) => {
  const job = jobOf(id, owner)
  feed.emit({ type: 'job.queued', job }, job)
}
const idOf = (entry: FeedEntry) => ('job' in entry ? entry.job : 'queue')

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 40_000; !condition(); await pause(5)) if (Date.now() > end) throw new Error(`not so: ${condition}`)
}

test('a cursor brings what came after it; none, or one of another life, a snapshot', async () => {
  const early = open()
  const snapshot = await first(early, 'snapshot') as Snapshot
  const heard: FeedEntry[] = []
  early.on('entries', (entries) => heard.push(...entries))
  for (const id of ['a', 'b', 'c']) queue(id)
  await until(() => heard.length === 3)
  expect(heard.map(idOf)).toEqual(['a', 'b', 'c'])
  expect(await first(open({ cursor: heard[0]!.cursor }), 'replay')).toEqual(heard.slice(1))
  expect(await first(open({ cursor: snapshot.cursor }), 'replay')).toEqual(heard)
  expect(await first(open({ cursor: heard[2]!.cursor }), 'replay')).toEqual([])
  expect(await first(open({ cursor: 'other-3' }), 'snapshot')).toMatchObject({ cursor: heard[2]!.cursor })
})

test('who watches some jobs hears of these; watching is changed without a gap', async () => {
  const client = open({ jobs: ['a'] })
  const heard: string[] = []
  client.on('entries', (entries) => heard.push(...entries.map(idOf)))
  await first(client, 'snapshot')
  for (const id of ['a', 'b']) queue(id)
  feed.emit({ type: 'queue', running: 0, queued: 2, paused: false })
  await until(() => heard.length === 1)
  expect(await client.emitWithAck('watch', { jobs: ['b', 'c'] })).toEqual({ ok: true })
  for (const id of ['a', 'b', 'c']) queue(id)
  await until(() => heard.length === 3)
  expect(heard).toEqual(['a', 'b', 'c'])
  expect(await client.emitWithAck('watch', { jobs: ['../x'] })).toMatchObject({ ok: false })
})

test('with tokens, one hears of one\'s own jobs only, in snapshots too', async () => {
  tokens = [{}]
  principal = ANNA
  const ended = { ...jobOf('old', 'bert'), state: 'done' as const }
  feed.remember([ended])
  const client = open({ cursor: 'any-0' })
  const heard: string[] = []
  client.on('entries', (entries) => heard.push(...entries.map(idOf)))
  expect(await first(client, 'snapshot')).toMatchObject({ ended: [], running: [] })
  queue('his', 'bert')
  queue('hers', 'anna')
  await until(() => heard.length > 0)
  expect(heard).toEqual(['hers'])
})

test('clients that hear at the same time get each their own, in order and once', async () => {
  tokens = [{}]
  const heard: string[][] = []
  for (const [who, watch] of [[ADMIN, {}], [ANNA, {}], [BERT, {}], [ADMIN, {}], [ADMIN, { jobs: ['his', 'hers'] }], [BERT, { jobs: ['hers', 'more'] }]] as const) {
    principal = who
    const client = open(watch)
    const mine: string[] = []
    heard.push(mine)
    client.on('entries', (entries) => mine.push(...entries.map(idOf)))
    await first(client, 'snapshot')
  }
  const all: string[] = []
  for (const [id, owner] of [['hers', 'anna'], ['his', 'bert'], ['nobodys', undefined], ['more', 'bert'], ['hers', 'anna'], ['end', undefined]] as const) {
    queue(id, owner)
    all.push(id)
    if (id === 'more') await pause(20)
  }
  await until(() => [0, 1, 2, 3].every((index) => heard[index]!.at(-1) === 'end') && heard[4]!.length === 3 && heard[5]!.length === 1)
  const annas = ['hers', 'nobodys', 'hers', 'end']
  expect(heard).toEqual([all, annas, ['his', 'nobodys', 'more', 'end'], all, ['hers', 'his', 'hers'], ['more']])
})

test('who does not read loses previews first and then the connection; others get everything', async () => {
  const deaf = open({ previews: true })
  const quick = open()
  await Promise.all([first(deaf, 'snapshot'), first(quick, 'snapshot')])
  const job = jobOf('a')
  feed.emit({ type: 'job.started', job }, job)
  const heard: FeedEntry[] = []
  quick.on('entries', (entries) => heard.push(...entries))
  await until(() => heard.length === 1)
  const raw = (deaf.io.engine.transport as unknown as { ws: { ['_socket']: Socket } }).ws['_socket']
  let previews = 0
  let goodbye: Goodbye | undefined
  deaf.on('preview', () => previews++)
  deaf.on('goodbye', (reason) => { goodbye = reason })
  raw.pause()
  const frame = new Uint8Array(1_000_000)
  for (let step = 0; step < 50; step++) {
    feed.preview({ job: 'a', node: 'n', shown: 'n', step, steps: 50, width: 8, height: 8, fps: 8, frames: [frame] })
    await pause(1)
  }
  for (let count = 0; count < 30_000; count++) {
    queue(`job-${count}`)
    if (count % 500 === 0) await pause(1)
  }
  await until(() => heard.length === 30_001)
  expect(new Set(heard.map(({ cursor }) => cursor)).size).toBe(30_001)
  raw.resume()
  await until(() => !deaf.connected)
  expect(previews).toBeLessThan(50)
  expect(goodbye === undefined || goodbye.code === 'too_slow').toBe(true)
})

test('a server that stops says so', async () => {
  const client = open()
  await first(client, 'snapshot')
  const goodbye = first(client, 'goodbye')
  events.close()
  expect(await goodbye).toMatchObject({ code: 'stopping' })
})

test('a snapshot is followed by the newest pictures of what runs, for who wants pictures', async () => {
  const job = { ...jobOf('a'), state: 'running' } as const
  const preview = { job: 'a', node: 'sampler', shown: 'sampler', steps: 9, width: 8, height: 8, fps: 8, frames: [Buffer.from([1, 2, 3])] }
  feed.emit({ type: 'job.started', job }, job)
  feed.preview({ ...preview, step: 3 })
  feed.preview({ ...preview, step: 4 })
  const said = async (greeting: Greeting) => {
    const client = open(greeting)
    const heard: unknown[] = []
    client.onAny((name: string, about: object) => heard.push(name === 'preview' ? about : name))
    await first(client, 'snapshot')
    queue('after')
    await until(() => heard.includes('entries'))
    return heard
  }
  const { frames: _, ...about } = preview
  expect(await said({ previews: true })).toEqual(['snapshot', { ...about, step: 4 }, 'entries'])
  expect(await said({})).toEqual(['snapshot', 'entries'])
  expect(await said({ previews: true, jobs: ['after'] })).toEqual(['snapshot', 'entries'])
})
