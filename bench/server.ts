/** The server's figures: start, memory at rest, submissions, jobs from end to end, pages of long lists, many listeners. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { httpRequest, load, percentile } from './http-load.ts'
import { heardBy, listen } from './server-listeners.ts'
import { root, startExpress, startKinograph, treeMegabytes } from './server-process.ts'
import type { Measured } from './server-process.ts'
import { timing } from './measure.ts'

type Print = (figure: { readonly name: string } & Readonly<Record<string, unknown>>) => void

const RUNS = 5
const CONNECTIONS = 32
const SUBMISSIONS = 5000
const LISTED = 10_000
const LISTENERS = 200
/** Nothing here is to be refused for being too much. */
const ROOMY = { queue: { limit: 1_000_000 }, limits: { connections: 2000, sockets: 1000 } }

/** A workflow of one node that gives back what it is told. */
const trivial = (value: number): string => JSON.stringify({
  workflow: { version: 1, nodes: [{ id: '1', type: 'PreviewAny', inputs: { source: value } }] },
})
const submission = (value: number): string => httpRequest('POST', '/api/jobs', trivial(value))

/** The server's figures by name, each with a server of its own. */
export const SERVER_FIGURES: Readonly<Record<string, (print: Print) => Promise<void>>> = {
  'server-start': start, 'server-submit': submissions, 'server-jobs': endToEnd, 'server-pages': pages, 'server-listeners': listeners,
}

/** From nothing to a worker that has answered; then what all processes take together at rest. */
async function start(print: Print): Promise<void> {
  const empty: number[] = []
  const starts: number[] = []
  let megabytes = Infinity
  for (let run = 0; run < RUNS; run++) {
    empty.push(emptyNode())
    const server = await startKinograph()
    starts.push(server.seconds)
    await pause(run === 0 ? 3000 : 0) // until what was needed for starting has been given back
    if (run === 0) megabytes = treeMegabytes(server.pid)
    await server.stop()
  }
  const [own, node] = [timing(starts), timing(empty)]
  print({ name: 'server-start', ...own, nodeSeconds: node.seconds, timesNode: own.seconds / node.seconds })
  print({ name: 'server-idle', megabytes })
}

function emptyNode(): number {
  const started = performance.now()
  spawnSync(process.execPath, ['-e', '0'])
  return (performance.now() - started) / 1000
}

/** Durable submissions over 32 connections, in turn with an empty POST to express. Nothing runs meanwhile. */
async function submissions(print: Print): Promise<void> {
  const express = await startExpress()
  const server = await startKinograph(ROOMY)
  await fetch(`${server.url}/api/queue/pause`, { method: 'POST' })
  const emptyPosts = () => load({ port: express.port, connections: CONNECTIONS, requests: SUBMISSIONS, request: () => httpRequest('POST', '/') })
  const rates: { own: number; express: number }[] = []
  await emptyPosts() // both compiled before they are measured
  await submit(server, SUBMISSIONS)
  const delays: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const empty = await emptyPosts()
    await loopDelay(server)
    rates.push({ own: (await submit(server, SUBMISSIONS)).perSecond, express: empty.perSecond })
    delays.push(await loopDelay(server))
  }
  await Promise.all([express.stop(), server.stop()])
  const best = rates.reduce((a, b) => a.own > b.own ? a : b)
  const shares = rates.map((r) => r.own / r.express)
  print({ name: 'server-submit', perSecond: best.own, expressPerSecond: best.express, shareOfExpress: Math.max(...shares),
    medianShareOfExpress: percentile(shares, 50), loopDelayP99Milliseconds: Math.min(...delays), spread: best.own / Math.min(...rates.map((r) => r.own)) })
}

async function submit(server: Measured, requests: number, from = 0) {
  const result = await load({ port: server.port, connections: CONNECTIONS, requests, request: (n) => submission(from + n) })
  const accepted = Object.entries(result.statuses).reduce((sum, [status, count]) => sum + (status < '300' ? count : 0), 0)
  if (accepted !== requests) throw new Error(`of ${requests} submissions ${accepted} were accepted: ${JSON.stringify(result.statuses)}`)
  return result
}

/** Trivial jobs from their submission to the last event, which a socket client hears. */
async function endToEnd(print: Print): Promise<void> {
  const server = await startKinograph(ROOMY)
  const client = await listen(server.url)
  const seconds: number[] = []
  await Promise.all([client.ended(2000), submit(server, 2000)]) // compiled before it is measured
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now()
    await Promise.all([client.ended(2000), submit(server, 2000, (run + 1) * 10_000)])
    seconds.push((performance.now() - started) / 1000)
  }
  client.close()
  await server.stop()
  const { seconds: best, ...more } = timing(seconds)
  print({ name: 'server-jobs', perSecond: 2000 / best, ...more })
}

/** Pages of 100 jobs. ComfyUI's hold whole records, and its clients ask for one after another; some for all there are. */
const PAGES = [
  { name: 'queue', path: '/api/jobs?state=queued', connections: 4, requests: 1000 },
  { name: 'history', path: '/api/jobs?state=done', connections: 4, requests: 1000 },
  { name: 'comfy-history', path: '/history?max_items=100', connections: 1, requests: 1000 },
  { name: 'whole-comfy-history', path: '/history', connections: 1, requests: 50 },
]

/** Pages of a queue and of a history of 10,000 jobs each, and how late the event loop was meanwhile. */
async function pages(print: Print): Promise<void> {
  const server = await startKinograph(ROOMY)
  const client = await listen(server.url)
  await Promise.all([client.ended(LISTED), submit(server, LISTED)])
  client.close()
  await fetch(`${server.url}/api/queue/pause`, { method: 'POST' })
  await submit(server, LISTED, LISTED)
  await loopDelay(server)
  for (const { name, path, connections, requests } of PAGES) {
    const { latencies, statuses } = await load({ port: server.port, connections, requests, request: () => httpRequest('GET', path) })
    if (statuses['200'] !== requests) throw new Error(`${name}: ${JSON.stringify(statuses)}`)
    print({ name: `server-${name}-page`, jobs: LISTED, connections, p50Milliseconds: percentile(latencies, 50), p99Milliseconds: percentile(latencies, 99),
      loopDelayP99Milliseconds: await loopDelay(server) })
  }
  await server.stop()
}

/** How late the server's event loop was since this was asked last, in milliseconds. */
async function loopDelay({ url }: Measured): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const [, seconds] = /^kinograph_event_loop_delay_seconds\{quantile="0\.99"\} (\S+)$/m.exec(text) ?? []
  if (seconds === undefined) throw new Error('/metrics does not say how late the event loop is')
  return Number(seconds) * 1000
}

/** A run of the tiny model that 200 socket clients watch. */
async function listeners(print: Print): Promise<void> {
  const server = await startKinograph(ROOMY)
  const body = readFileSync(join(root, 'workflows/text-to-video.json'), 'utf8')
  const heard = await heardBy(LISTENERS, server.url, async () => {
    await loopDelay(server) // connecting is over
    const answer = await fetch(`${server.url}/api/jobs`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    if (!answer.ok) throw new Error(`the run was refused: ${answer.status} ${await answer.text()}`)
  })
  const loopDelayP99Milliseconds = await loopDelay(server)
  await server.stop()
  print({ name: 'server-listeners', clients: LISTENERS, ...heard, loopDelayP99Milliseconds })
}
