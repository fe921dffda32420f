// `npm run screenshots`: pictures of the editor's main views for the README and the docs, made on a real server with the
// model that kinograph brings along. The pictures are WebP, in docs/images.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import sharp from 'sharp'

const MOST_BYTES = 300_000
const root = resolve(import.meta.dirname, '..')
const images = join(root, 'docs', 'images')
const scratch = mkdtempSync(join(tmpdir(), 'kinograph-screenshots-'))

/** Views by the name of their file: what is done for each on a page that has just been opened. */
const VIEWS = {
  graph: async (page) => {
    await run(page)
    await fit(page)
  },
  history: async (page) => {
    await run(page)
    await command(page, 'panel.history')
    await page.locator('.history-row img').first().waitFor()
    await fit(page)
  },
  sampling: async (page) => {
    await set(page, 'steps', 400)
    await fit(page, ['positive', 'negative', 'latent', 'sampler', 'decode'])
    await page.keyboard.press('Control+Enter')
    await until(page, ({ runs, document }) => /^step [1-9]\d/.test(runs.picture(document.value).value.activity.get('sampler')?.text ?? ''))
    await fit(page, ['positive', 'negative', 'latent', 'sampler', 'decode'])
    return () => page.evaluate(() => globalThis.kinograph.session.commands.run('run.cancel'))
  },
  form: async (page) => {
    await run(page)
    await command(page, 'view.form')
  },
  list: async (page) => command(page, 'view.list'),
  queue: async (page) => {
    await set(page, 'steps', 400)
    for (let run = 0; run < 3; run++) await page.keyboard.press('Control+Enter')
    await until(page, ({ runs }) => runs.queue.value.queued.length === 2 && runs.queue.value.running.length === 1)
    await command(page, 'panel.queue')
    await fit(page)
    await until(page, ({ runs, document }) => /left/.test(runs.picture(document.value).value.activity.get('sampler')?.text ?? ''))
    return async () => {
      await page.evaluate(async () => {
        const { runs } = globalThis.kinograph.session
        await runs.cancelWaiting()
        for (const { id } of runs.queue.value.running) await runs.cancel(id)
      })
      await until(page, ({ runs }) => runs.queue.value.running.length === 0)
    }
  },
  gallery: async (page) => {
    await run(page)
    await command(page, 'panel.gallery')
    await page.locator('.gallery-tile').first().getByRole('button').click()
    await page.locator('.player-dialog video').waitFor()
  },
  search: async (page) => {
    await fit(page)
    await page.mouse.dblclick(420, 560)
    await page.locator('.node-search').getByRole('combobox').waitFor()
    await page.keyboard.type('sampler')
  },
  subgraph: async (page) => {
    await select(page, ['positive', 'negative', 'latent', 'sampler'])
    await command(page, 'subgraph.make')
    await command(page, 'subgraph.enter')
    await settle(page)
    await fit(page)
  },
  models: async (page) => {
    await command(page, 'panel.models')
    await page.locator('.model').first().waitFor()
    await fit(page)
  },
  templates: async (page) => {
    await command(page, 'panel.templates')
    await page.locator('.template').first().waitFor()
    await fit(page)
  },
  dark: async (page) => {
    await page.evaluate(() => globalThis.kinograph.session.changeSettings({ theme: 'dark' }))
    await run(page)
    await fit(page)
    return () => page.evaluate(() => globalThis.kinograph.session.changeSettings({ theme: 'light' }))
  },
  chinese: async (page) => {
    await page.evaluate(() => globalThis.kinograph.session.changeSettings({ language: 'zh' }))
    await run(page)
    await fit(page)
    return () => page.evaluate(() => globalThis.kinograph.session.changeSettings({ language: 'en' }))
  },
}

const settle = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))

async function until(page, holds) {
  const session = await page.evaluateHandle(() => globalThis.kinograph.session)
  await page.waitForFunction(holds, session, { timeout: 120_000 })
}

async function command(page, id) {
  await page.evaluate((name) => globalThis.kinograph.session.commands.run(name), id)
  await settle(page)
}

async function fit(page, nodes) {
  await settle(page)
  await page.evaluate((ids) => globalThis.kinograph.session.canvas.value?.fit(ids), nodes)
  await settle(page)
}

async function select(page, nodes) {
  await page.evaluate((ids) => globalThis.kinograph.session.canvas.value.select({ nodes: ids }), nodes)
  await settle(page)
}

function set(page, input, value) {
  return page.evaluate((edit) => globalThis.kinograph.session.document.value.edit([edit]), { type: 'set', node: 'sampler', input, value })
}

/** Runs what is shown, to its end. */
async function run(page) {
  await page.keyboard.press('Control+Enter')
  await until(page, ({ runs, document }) => {
    const shown = runs.shown(document.value).value
    return shown?.job.state === 'done' && runs.picture(document.value).value.media.get('save')?.kind === 'video'
  })
}

/** Starts a server of its own. @returns its address and what ends it */
async function serve() {
  const child = spawn(process.execPath, [join(root, 'bin', 'kinograph.js'), 'serve', '--port=0', `--data-dir=${join(scratch, 'data')}`], { stdio: ['ignore', 'pipe', 'ignore'] })
  const address = await new Promise((found, failed) => {
    let text = ''
    child.stdout.on('data', (bytes) => {
      text += bytes
      const match = /(http:\/\/\S+?)\/?\s/.exec(text)
      if (match) found(match[1])
    })
    child.on('exit', (code) => failed(new Error(`the server ended with ${code}`)))
  })
  while (!(await fetch(`${address}/ready`)).ok) await new Promise((done) => setTimeout(done, 50))
  return { address, end: () => new Promise((done) => child.removeAllListeners('exit').once('exit', done).kill()) }
}

/** One picture, of a page of its own. */
async function picture(browser, address, name) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1.5, locale: 'en-US', colorScheme: 'light' })
  const page = await context.newPage()
  await page.goto(address)
  await page.waitForFunction(() => globalThis.kinograph !== undefined)
  await until(page, ({ definitions, canvas }) => definitions.value.size > 0 && canvas.value !== undefined)
  const after = await VIEWS[name](page)
  await page.mouse.move(640, 690)
  await settle(page)
  await page.waitForFunction(() => [...document.images].filter((one) => one.getBoundingClientRect().top < innerHeight).every((one) => one.complete && one.naturalWidth > 0))
  await settle(page)
  const webp = await sharp(await page.screenshot()).webp({ quality: 86, effort: 6 }).toBuffer()
  if (webp.length > MOST_BYTES) throw new Error(`${name} is ${webp.length} bytes, more than ${MOST_BYTES}`)
  writeFileSync(join(images, `${name}.webp`), webp)
  console.log(`docs/images/${name}.webp ${webp.length}`)
  await after?.()
  await context.close()
}

const wanted = process.argv.slice(2)
mkdirSync(images, { recursive: true })
const server = await serve()
const browser = await chromium.launch({ executablePath: process.env.KINOGRAPH_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] })
try {
  for (const name of Object.keys(VIEWS)) if (wanted.length === 0 || wanted.includes(name)) await picture(browser, server.address, name)
} finally {
  await browser.close()
  await server.end()
  rmSync(scratch, { recursive: true, force: true })
}
