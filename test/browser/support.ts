/**
 * The editor as a person has it: the built server, the built page, Debian's chromium. One server and one browser for a
 * test file, a fresh browser profile for each test. A test fails when the page throws, logs an error or breaks its
 * content security policy, unless it says that it expects so.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import type { Session } from '../../editor/app/session.ts'
import type { CanvasTarget } from '../../editor/graph/canvas.ts'
import type { Rectangle } from '../../editor/graph/scene.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { root, startServer, type ServerOptions, type TestServer } from '../server/support.ts'

declare global {
  // eslint-disable-next-line no-var -- how a global is declared
  var kinograph: { readonly session: Session } | undefined
}

const CHROMIUM = process.env['KINOGRAPH_CHROMIUM'] ?? '/usr/bin/chromium'

/**
 * Tests that need a browser: skipped (and counted as such) unless all tests are wanted. One that fails is tried once more:
 * on a machine that is busy with other tests a browser may be late by more than a test allows for.
 */
export function describeInBrowser(title: string, tests: (open: OpenEditor) => void, options: ServerOptions = {}): void {
  describe.skipIf(process.env['KINOGRAPH_TEST_ALL'] === undefined)(title, { retry: 1 }, () => {
    let browser: Browser | undefined
    let server: TestServer | undefined
    const pages: EditorPage[] = []
    const profiles: BrowserContext[] = []
    beforeAll(async () => {
      requireFreshEditor()
      ;[browser, server] = await Promise.all([
        chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] }),
        startServer(options),
      ])
    })
    afterEach(async () => {
      const opened = pages.splice(0)
      await Promise.allSettled(opened.map((one) => one.close()))
      for (const one of opened) one.check()
    })
    afterAll(async () => {
      await browser?.close()
      await server?.kill()
    })
    tests(async (given = {}) => {
      const page = await EditorPage.open(browser!, given.server ?? server!, given, profiles)
      pages.push(page)
      return page
    })
  })
}

export interface OpenOptions extends BrowserContextOptions {
  /** Instead of the one of the file. */
  readonly server?: TestServer
  /** Where to go; the editor's first page when left out. */
  readonly path?: string
  /** Opened in its first tab instead of what the editor opens. */
  readonly workflow?: Workflow
  /** Share the profile of another page: two tabs of one browser. */
  readonly beside?: EditorPage
}

export type OpenEditor = (options?: OpenOptions) => Promise<EditorPage>

type Place = CanvasTarget | { readonly kind: 'widget'; readonly id: string; readonly input: string }

/** One page with the editor, and what a person does in it. */
export class EditorPage {
  readonly page: Page
  readonly server: TestServer
  /** What went wrong in the page so far. */
  readonly errors: string[] = []
  /** Patterns of errors that the test brings about itself. */
  readonly expected: RegExp[] = []
  /** Where its profile goes when it is closed, emptied; undefined where it is nothing for another test. */
  #profiles: BrowserContext[] | undefined

  constructor(page: Page, server: TestServer) {
    this.page = page
    this.server = server
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => this.errors.push(`threw: ${error.stack ?? error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(`logged: ${message.text()} (${message.location().url})`)
    })
  }

  /** @param profiles without anything in them: one of them is taken where nothing else is asked for */
  static async open(browser: Browser, server: TestServer, { path = '/', workflow, beside, server: other, ...context }: OpenOptions, profiles: BrowserContext[] = []): Promise<EditorPage> {
    const isPlain = beside === undefined && other === undefined && Object.keys(context).length === 0
    const within = beside?.page.context() ?? (isPlain ? profiles.pop() : undefined)
      ?? await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'en-US', acceptDownloads: true, ...context })
    const editor = new EditorPage(await within.newPage(), server)
    if (isPlain) editor.#profiles = profiles
    if (beside) beside.#profiles = undefined
    await editor.goto(path)
    if (workflow !== undefined) await editor.openWorkflow(workflow)
    return editor
  }

  /** Goes there and waits until the graph is drawn. */
  async goto(path = '/'): Promise<void> {
    await this.page.goto(this.server.url + path)
    await this.ready()
  }

  async reload(): Promise<void> {
    await this.page.reload()
    await this.ready()
  }

  /** Until definitions are there and the canvas stands. */
  async ready(): Promise<void> {
    await this.page.waitForFunction(() => {
      const session = globalThis.kinograph?.session
      return session !== undefined && session.definitions.value.size > 0 && session.canvas.value !== undefined
    })
    await this.drawn()
  }

  /** Two frames later: what was changed is on the screen. */
  async drawn(): Promise<void> {
    await this.page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))))
  }

  /** Opens it in a tab of its own, fitted. */
  async openWorkflow(workflow: Workflow): Promise<void> {
    // As text: the type of a workflow that travels into the page is too deep for TypeScript.
    await this.page.evaluate((text) => { globalThis.kinograph!.session.open(JSON.parse(text)) }, JSON.stringify(workflow))
    await this.fit()
  }

  async fit(): Promise<void> {
    await this.drawn()
    await this.page.evaluate(() => globalThis.kinograph!.session.canvas.value?.fit())
    await this.drawn()
  }

  /** The workflow of the tab that is shown, as it is now. */
  workflow(): Promise<Workflow> {
    return this.page.evaluate(() => globalThis.kinograph!.session.document.value.workflow.value)
  }

  /** A node of it by its id. */
  async node(id: string) {
    return (await this.workflow()).nodes.find((one) => one.id === id)
  }

  /** Where something of the canvas is, in CSS pixels of the window. @throws where it isn't drawn */
  async place(target: Place): Promise<Rectangle> {
    const found = await this.page.evaluate((wanted) => globalThis.kinograph!.session.canvas.value!.place(wanted), target)
    if (found === undefined) throw new Error(`the canvas shows no ${JSON.stringify(target)}`)
    return found
  }

  /** The middle of it. */
  async middle(target: Place): Promise<[x: number, y: number]> {
    const [x, y, width, height] = await this.place(target)
    return [x + width / 2, y + height / 2]
  }

  /** A place in a node's title bar. */
  async titleOf(id: string): Promise<[x: number, y: number]> {
    const [x, y, width] = await this.place({ kind: 'node', id })
    return [x + width / 2, y + 8]
  }

  async click(target: Place, options: { readonly button?: 'left' | 'right'; readonly modifiers?: readonly ('Shift' | 'Control')[]; readonly times?: number } = {}): Promise<void> {
    const [x, y] = target.kind === 'node' ? await this.titleOf(target.id) : await this.middle(target)
    await this.clickAt(x, y, options)
  }

  async clickAt(x: number, y: number, { button = 'left', modifiers = [], times = 1 }: { readonly button?: 'left' | 'right'; readonly modifiers?: readonly ('Shift' | 'Control')[]; readonly times?: number } = {}): Promise<void> {
    for (const key of modifiers) await this.page.keyboard.down(key)
    await this.page.mouse.move(x, y)
    await this.page.mouse.click(x, y, { button, clickCount: times, delay: 20 })
    for (const key of modifiers) await this.page.keyboard.up(key)
    await this.drawn()
  }

  /** Drags with the mouse, as a hand does: in steps. `during` runs before the button is let go. */
  async drag(from: readonly [number, number], to: readonly [number, number], { during, button = 'left' }: { readonly during?: () => Promise<void>; readonly button?: 'left' | 'middle' } = {}): Promise<void> {
    const { mouse } = this.page
    await mouse.move(...from)
    await mouse.down({ button })
    await mouse.move(from[0] + (to[0] > from[0] ? 6 : -6), from[1] + (to[1] > from[1] ? 6 : -6))
    await mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 4 })
    await mouse.move(...to, { steps: 4 })
    await this.drawn()
    await during?.()
    await mouse.up({ button })
    await this.drawn()
  }

  /** Draws a link with the mouse. */
  async link(from: string, output: string | number, to: string, input: string): Promise<void> {
    await this.drag(await this.middle({ kind: 'output', id: from, output }), await this.middle({ kind: 'input', id: to, input }))
  }

  /** Runs a command by its id, as menus do. */
  async command(id: string): Promise<void> {
    await this.page.evaluate((name) => globalThis.kinograph!.session.commands.run(name), id)
    await this.drawn()
  }

  async press(keys: string): Promise<void> {
    await this.page.keyboard.press(keys)
    await this.drawn()
  }

  async select(...nodes: string[]): Promise<void> {
    await this.page.evaluate((ids) => globalThis.kinograph!.session.canvas.value!.select({ nodes: ids }), nodes)
    await this.drawn()
  }

  /** Waits until something holds in the page; says what when it doesn't. */
  async until(what: string, holds: (session: Session) => unknown, seconds = 60): Promise<void> {
    // The function travels as text: it can use nothing from outside. (A text that is given as such is evaluated in the page, which its policy refuses.)
    const session = await this.page.evaluateHandle(() => globalThis.kinograph!.session)
    await this.page.waitForFunction(holds, session, { timeout: seconds * 1000 }).catch((cause: unknown) => {
      throw new Error(`waited ${seconds} s until ${what}`, { cause })
    })
  }

  /** @throws when the page did what no page of ours may do */
  check(): void {
    expect(this.errors.filter((error) => !this.expected.some((pattern) => pattern.test(error)))).toEqual([])
  }

  /** Closes the page with its profile, or empties that for another test: the browser has read the editor's scripts already then. */
  async close(): Promise<void> {
    if (this.page.isClosed()) return
    const context = this.page.context()
    if (this.#profiles !== undefined && context.pages().length === 1) {
      await this.#forget(context)
      await this.page.close()
      this.#profiles.push(context)
      return
    }
    await this.page.close()
    if (context.pages().length === 0) await context.close()
  }

  /** Everything that the page has kept in the browser. */
  async #forget(context: BrowserContext): Promise<void> {
    this.page.removeAllListeners('pageerror').removeAllListeners('console')
    await this.page.goto('about:blank')
    const tools = await context.newCDPSession(this.page)
    await tools.send('Storage.clearDataForOrigin', { origin: this.server.url, storageTypes: 'all' })
    await context.clearCookies()
  }
}

let isFresh = false

/** An old build would test yesterday's editor. */
function requireFreshEditor(): void {
  if (isFresh) return
  const listed = join(root, 'dist', 'editor-sources.json')
  if (!existsSync(listed)) throw new Error('dist/editor is missing: run "npm run build" first')
  const built: unknown = JSON.parse(readFileSync(listed, 'utf8'))
  for (const [path, hash] of Object.entries(Object(built))) {
    const source = join(root, path)
    const now = existsSync(source) ? createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16) : 'gone'
    if (now !== hash) throw new Error(`dist/editor was built before ${path} changed: run "npm run build" first`)
  }
  isFresh = true
}
