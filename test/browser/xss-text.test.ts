/** Attack 28 and 54: markup in every text that comes from outside is text, in every view. */
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { encodeVideo, framesOf } from '../../media/index.ts'
import { root } from '../server/support.ts'
import { describeInBrowser, type EditorPage } from './support.ts'
import { expectNothingRan, expectShown, markup, watch } from './xss-support.ts'

/** A LoRA whose metadata is markup. */
function safetensors(): Buffer {
  const header = JSON.stringify({ __metadata__: { ss_output_name: markup('lora'), format: markup('lora format') }, 'lora_unet_a.lora_up.weight': { dtype: 'F32', shape: [1, 1], data_offsets: [0, 4] }, 'lora_unet_a.lora_down.weight': { dtype: 'F32', shape: [1, 1], data_offsets: [4, 8] } })
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([size, Buffer.from(header), Buffer.alloc(8)])
}

const models = join(mkdtempSync(join(tmpdir(), 'kinograph-xss-')), 'models')
cpSync(join(root, 'models'), models, { recursive: true })
writeFileSync(join(models, 'Personalized_Model', 'evil <img src=x onerror=alert(1)>.safetensors'), safetensors())
const SERVER = { args: ['--plugins', join(root, 'test/browser/plugins'), '--models-dir', models] }

const EVIL: Workflow = {
  version: 1, title: markup('workflow title'), description: markup('workflow description'),
  parameters: [{ name: 'prompt', node: 'plugin', input: 'text', description: markup('parameter description') }],
  groups: [{ title: markup('group title'), bounds: [0, 0, 900, 500] }],
  nodes: [
    { id: 'plugin', type: 'Markup', title: markup('node title'), position: [20, 60], inputs: { text: markup('value'), choice: markup('file name') } },
    { id: 'note', type: 'Note', position: [20, 400], inputs: { text: markup('note') } },
    { id: 'marked', type: 'MarkdownNote', position: [300, 400], inputs: { text: `${markup('markdown')}\n\n[click](javascript:globalThis.hasRun='link') ![pic](javascript:globalThis.hasRun='pic) <javascript:alert(1)> [d](data:text/html,<script>alert(1)</script>)` } },
    { id: `un<b>known`, type: markup('type'), position: [600, 60], inputs: { [`in<img src=x onerror="globalThis.hasRun='input'">`]: markup('unknown value') } },
  ],
}

async function everywhere(editor: EditorPage, watched: { readonly dialogs: readonly string[] }, look: (where: string) => Promise<void>): Promise<void> {
  for (const view of ['graph', 'form', 'list'] as const) {
    await editor.page.evaluate((name) => { globalThis.kinograph!.session.view.value = name }, view)
    await editor.drawn()
    await look(view)
    await expectNothingRan(editor, watched, view)
  }
  await editor.page.evaluate(() => { globalThis.kinograph!.session.view.value = 'graph' })
}

describeInBrowser('XSS: texts', (open) => {
  test('titles, groups, notes, values, types, descriptions and words of plugins are text in every view', async () => {
    const editor = await open({ workflow: EVIL })
    const watched = await watch(editor)
    await expectShown(editor, 'workflow title')
    await everywhere(editor, watched, async (view) => {
      if (view === 'form') await expectShown(editor, 'parameter description')
      if (view !== 'list') return
      await expectShown(editor, 'node title')
      await expectShown(editor, 'type')
      await editor.page.evaluate(() => document.querySelector<HTMLElement>('.list-top button:last-child')!.click())
      for (const place of ['summary', 'tooltip', 'value', 'note', 'unknown value']) await expectShown(editor, place)
    })
    for (const id of ['plugin', 'note', 'marked', 'un<b>known']) {
      await editor.page.evaluate((node) => {
        const { session } = globalThis.kinograph!
        session.changeSettings({ properties: true })
        session.document.value.selection.value = { nodes: new Set([node]), groups: new Set() }
      }, id)
      await editor.drawn()
      await expectShown(editor, { plugin: 'node title', note: 'note', marked: 'markdown' }[id] ?? 'type')
      await expectNothingRan(editor, watched, `properties of ${id}`)
    }
    await editor.page.evaluate(() => { globalThis.kinograph!.session.document.value.selection.value = { nodes: new Set(), groups: new Set([0]) } })
    await expectShown(editor, 'group title')
    for (const panel of ['nodes', 'help', 'workflows', 'templates', 'queue', 'history', 'gallery', 'settings', 'keys']) {
      await editor.page.evaluate((id) => {
        const { session } = globalThis.kinograph!
        session.document.value.selection.value = { nodes: new Set(['plugin']), groups: new Set() }
        session.panel.value = id
      }, panel)
      await editor.drawn()
      if (panel === 'nodes') await expectShown(editor, 'title')
      if (panel === 'help') await expectShown(editor, 'summary')
      await expectNothingRan(editor, watched, `panel ${panel}`)
    }
  }, 240_000)

  test('hints, the node search, menus and fields over the canvas', async () => {
    const editor = await open({ workflow: { version: 1, nodes: EVIL.nodes.slice(0, 1) } })
    const watched = await watch(editor)
    const [x, y] = await editor.middle({ kind: 'widget', id: 'plugin', input: 'text' })
    await editor.page.mouse.move(x, y)
    await expectShown(editor, 'tooltip')
    await editor.clickAt(x, y)
    await expectShown(editor, 'value')
    await editor.press('Escape')
    const choice = await editor.middle({ kind: 'widget', id: 'plugin', input: 'choice' })
    await editor.clickAt(...choice)
    await expectShown(editor, 'choice')
    await editor.press('Escape')
    await editor.page.evaluate(() => { void globalThis.kinograph!.session.commands.run('graph.addNode') }) // ends when the box is closed
    await editor.page.getByRole('combobox', { name: 'Search nodes' }).waitFor()
    await editor.page.keyboard.type('onerror')
    await expectShown(editor, 'title')
    await expectNothingRan(editor, watched, 'over the canvas')
  }, 240_000)

  test('names of jobs, what nodes show, and errors', async () => {
    const nodes = (text: string): Workflow['nodes'] => [{ id: 'plugin', type: 'Markup', title: markup('job node'), position: [0, 0], inputs: { text } }]
    const editor = await open({ workflow: { version: 1, title: markup('job name'), nodes: nodes('ok') } })
    const watched = await watch(editor)
    await editor.press('Control+Enter')
    await editor.until('it has ended', (session) => session.runs.shown(session.document.value).value?.job.state === 'done')
    await editor.page.evaluate(() => { globalThis.kinograph!.session.view.value = 'form' })
    await expectShown(editor, 'shown')
    await expectNothingRan(editor, watched, 'what was shown')
    await editor.openWorkflow({ version: 1, title: markup('failing job'), nodes: nodes('fail') })
    await editor.press('Control+Enter')
    await editor.until('it has failed', (session) => session.runs.shown(session.document.value).value?.job.state === 'failed')
    await expectShown(editor, 'error')
    for (const panel of ['queue', 'history']) {
      await editor.page.evaluate((id) => { globalThis.kinograph!.session.panel.value = id }, panel)
      if (panel === 'history') await expectShown(editor, 'failing job')
      await expectNothingRan(editor, watched, panel)
    }
  }, 240_000)

  test('names and metadata of weights, names of saved workflows, SVG and HTML among outputs, and metadata of videos', async () => {
    const editor = await open()
    editor.expected.push(/status of 400 .*(?:inspect|thumbnails)/) // what is no weights and no picture
    const watched = await watch(editor)
    const { server, page } = editor
    mkdirSync(server.output, { recursive: true })
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="globalThis.hasRun='svg'"><script>globalThis.hasRun='svg'</script></svg>`
    writeFileSync(join(server.output, 'evil.svg'), svg)
    writeFileSync(join(server.output, 'page.html'), `<script>globalThis.hasRun='html'</script>`)
    const frames = framesOf(new Uint8Array(32 * 32 * 3).fill(9), { count: 1, width: 32, height: 32, channels: 3, dtype: 'u8' })
    const metadata = { kinograph: markup('maker'), workflow: EVIL, seeds: { [markup('seed')]: 5 }, models: [{ file: markup('model'), hash: 'f0' }] }
    await encodeVideo(frames, join(server.output, 'clip.mp4'), { fps: 8, metadata })
    await server.fetch('/api/workflows/evil', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(EVIL) })
    for (const panel of ['models', 'workflows', 'gallery']) {
      await page.evaluate((id) => { globalThis.kinograph!.session.panel.value = id }, panel)
      await page.locator('.panel').waitFor()
      await page.waitForTimeout(500)
      if (panel === 'models') await page.getByText('evil <img src=x onerror=alert(1)>').first().click()
      await editor.drawn()
      await expectNothingRan(editor, watched, panel)
    }
    await page.getByRole('button', { name: /clip\.mp4/ }).first().click()
    await expectShown(editor, 'maker')
    await expectShown(editor, 'model')
    await expectNothingRan(editor, watched, 'player')
    for (const name of ['evil.svg', 'page.html']) {
      const answer = await server.fetch(`/api/assets/output/${name}`)
      expect(answer.headers.get('content-disposition')).toContain('attachment')
      expect(answer.headers.get('content-security-policy')).toMatch(/sandbox|default-src 'none'/)
    }
    await page.evaluate(async () => {
      const picture = new Image()
      picture.src = '/api/assets/output/evil.svg'
      document.body.append(picture)
      await picture.decode().catch(() => {}) // shown or not: it must not run
      picture.remove()
    })
    await expectNothingRan(editor, watched, 'SVG as a picture')
  }, 240_000)

  test('plugins have no files in the page: nothing of them is served as script, and no script can read the session', async () => {
    const editor = await open()
    for (const path of ['/extensions/markup/index.js', '/extensions/core/x.js', '/plugins/markup/index.ts', '/web/markup.js']) {
      const answer = await editor.server.fetch(path)
      expect([path, answer.status]).toEqual([path, 404])
    }
    const known = await editor.page.evaluate(() => ({ cookie: document.cookie, keys: Object.keys(localStorage).filter((key) => /token|session/i.test(key)) }))
    expect(known).toEqual({ cookie: '', keys: [] })
  }, 120_000)
}, SERVER)
