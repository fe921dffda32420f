/**
 * The editor's figures, in Debian's chromium on the built page: what is loaded first and how soon it can be used, the
 * canvas with 500 nodes, typing during a run.
 */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import type { Workflow, WorkflowNode } from '../core/workflow/workflow.ts'
import { FILES, IS_RUNNING, IS_WRITING, KEY_DELAYS, MIDDLE, openAll, PROMPT, READY, RESET, RUN, TIMES, WATCH, WATCH_KEYS } from './editor-page.ts'
import { percentile } from './http-load.ts'
import { root, startKinograph } from './server-process.ts'
import type { Measured } from './server-process.ts'

type Print = (figure: { readonly name: string } & Readonly<Record<string, unknown>>) => void

const RUNS = 5
const NODES = 500
const CHROMIUM = process.env['KINOGRAPH_CHROMIUM'] ?? '/usr/bin/chromium'
const FRAME = 1000 / 60
/** What was promised: bytes of the first load, milliseconds to use and to draw, frames. */
const TARGETS = { gzipBytes: 220_000, interactive: 1000, draw: 12, frames: 2 }

/** The editor's figures by name. */
export const EDITOR_FIGURES: Readonly<Record<string, (print: Print) => Promise<void>>> = {
  'editor-load': (print) => inBrowser((browser, server) => load(browser, server, print)),
  'editor-canvas': (print) => inBrowser((browser, server) => canvas(browser, server, print)),
  'editor-typing': (print) => inBrowser((browser, server) => typing(browser, server, print)),
}

async function inBrowser(measure: (browser: Browser, server: Measured) => Promise<void>): Promise<void> {
  const { chromium } = await import('playwright-core')
  const server = await startKinograph()
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  try {
    await measure(browser, server)
  } finally {
    await browser.close()
    await server.stop()
  }
}

/** A page of a profile of its own: nothing is in its cache. */
async function openPage(browser: Browser, { url }: Measured): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'en-US' })).newPage()
  await page.addInitScript({ content: WATCH })
  await page.goto(url)
  await until(page, READY)
  return page
}

/** Asks until there is an answer. (Functions that wait inside the page would need `eval`, which its policy forbids.) */
async function until(page: Page, expression: string): Promise<unknown> {
  for (let asked = 0; asked < 3000; asked++) {
    const answer = await page.evaluate<unknown>(expression)
    if (answer !== undefined && answer !== false) return answer
    await page.waitForTimeout(10)
  }
  throw new Error(`waited in vain for ${expression}`)
}

/** Bytes of all files of the page that come before it can be used, compressed by gzip; and the time until then. */
async function load(browser: Browser, server: Measured, print: Print): Promise<void> {
  const milliseconds: number[] = []
  let files: string[] = []
  for (let run = 0; run < RUNS; run++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'en-US' })
    const page = await context.newPage()
    await page.addInitScript({ content: WATCH })
    await page.goto(server.url)
    milliseconds.push(Number(await until(page, READY)))
    files = [...new Set(await page.evaluate<string[]>(FILES))]
    await page.waitForLoadState('networkidle')
    await context.close()
  }
  const sizes = await Promise.all(files.map(gzipBytes))
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  const best = Math.min(...milliseconds)
  print({
    name: 'editor-load', files: files.length, gzipBytes: bytes, shareOfGzipTarget: bytes / TARGETS.gzipBytes,
    interactiveMilliseconds: best, shareOfInteractiveTarget: best / TARGETS.interactive, spread: Math.max(...milliseconds) / best,
  })
}

/** As the server sends it to one who takes gzip only. */
function gzipBytes(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        const whole = Buffer.concat(parts)
        resolve(response.headers['content-encoding'] === 'gzip' ? whole.length : Math.min(whole.length, gzipSync(whole).length))
      })
      response.on('error', reject)
    }).on('error', reject).end()
  })
}

/** 500 nodes, all of them visible, under a hand that pans and a wheel that zooms. */
async function canvas(browser: Browser, server: Measured, print: Print): Promise<void> {
  const page = await openPage(browser, server)
  const visible = Number(await page.evaluate(openAll(manyNodes())))
  if (visible !== NODES) throw new Error(`of ${NODES} nodes ${visible} are visible`)
  for (const [name, move] of [['pan', pan], ['zoom', zoom]] as const) {
    const runs: { readonly draw: number; readonly frame: number }[] = []
    for (let run = 0; run < RUNS; run++) {
      await page.waitForTimeout(200)
      await page.evaluate(RESET)
      await move(page)
      const { draws, frames } = await page.evaluate<{ draws: number[]; frames: number[] }>(TIMES)
      runs.push({ draw: percentile(draws, 50), frame: percentile(frames, 95) })
    }
    const draw = Math.min(...runs.map((run) => run.draw))
    const frame = Math.min(...runs.map((run) => run.frame))
    print({
      name: `editor-${name}`, nodes: NODES, drawMilliseconds: draw, shareOfDrawTarget: draw / TARGETS.draw,
      frameP95Milliseconds: frame, displayFrames: frame / FRAME, shareOfFrameTarget: frame / FRAME / TARGETS.frames,
      spread: Math.max(...runs.map((run) => run.draw)) / draw,
    })
  }
}

async function middle(page: Page): Promise<[number, number]> {
  return page.evaluate<[number, number]>(MIDDLE)
}

async function pan(page: Page): Promise<void> {
  const [x, y] = await middle(page)
  await page.mouse.move(x, y)
  await page.mouse.down({ button: 'middle' })
  for (let step = 0; step <= 120; step++) await page.mouse.move(x + 60 * Math.sin(step * Math.PI / 20), y + 40 * Math.sin(step * Math.PI / 15))
  await page.mouse.up({ button: 'middle' })
}

/** Out and in again by less than what brings a node out of sight. */
async function zoom(page: Page): Promise<void> {
  const [x, y] = await middle(page)
  await page.mouse.move(x, y)
  for (let step = 0; step < 120; step++) {
    await page.mouse.wheel(0, step % 40 < 20 ? 12 : -12)
    await page.waitForTimeout(4)
  }
}

/** The text-to-video graph again and again, side by side. */
function manyNodes(): Workflow {
  const { nodes } = JSON.parse(readFileSync(join(root, 'workflows/text-to-video.json'), 'utf8')) as Workflow // our own file
  return { version: 1, title: `${NODES} nodes`, nodes: Array.from({ length: NODES }, (_, index) => copyOf(nodes[index % nodes.length]!, Math.floor(index / nodes.length))) }
}

function copyOf(node: WorkflowNode, copy: number): WorkflowNode {
  const [x, y] = node.position!
  const inputs = Object.fromEntries(Object.entries(node.inputs ?? {}).map(([name, value]) =>
    [name, typeof value === 'object' && value !== null && 'from' in value ? { ...value, from: `${value.from}_${copy}` } : value]))
  return { ...node, id: `${node.id}_${copy}`, inputs, position: [x + (copy % 4) * 2200, y + Math.floor(copy / 4) * 760] }
}

/** From a key to the frame that shows its letter, at rest and while the tiny model runs. */
async function typing(browser: Browser, server: Measured, print: Print): Promise<void> {
  const page = await openPage(browser, server)
  await page.evaluate(WATCH_KEYS)
  await page.mouse.click(...await page.evaluate<[number, number]>(PROMPT))
  await until(page, IS_WRITING)
  const atRest = await typed(page)
  await page.evaluate(RUN)
  await until(page, IS_RUNNING)
  const running = await typed(page)
  if (await page.evaluate<boolean>(IS_RUNNING) === false) throw new Error('the run had ended before everything was typed')
  const [rest, run] = [percentile(atRest, 95), percentile(running, 95)]
  print({ name: 'editor-typing', keys: atRest.length, p95Milliseconds: run, atRestP95Milliseconds: rest, timesRest: run / rest })
}

async function typed(page: Page): Promise<number[]> {
  await page.evaluate('globalThis.keyDelays.length = 0')
  await page.keyboard.type('the circle moves on', { delay: 40 })
  await page.waitForTimeout(100)
  const delays = await page.evaluate<number[]>(KEY_DELAYS)
  if (delays.length !== 19) throw new Error(`of 19 keys ${delays.length} came in`)
  return delays
}
