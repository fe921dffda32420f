/** What can be done in the panels, a row each. */
import { expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { Settings } from '../../editor/app/settings.ts'
import { SHORT, textToVideo } from './run-support.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

const panel = ({ page }: EditorPage) => page.locator('.panel')
const settings = async (editor: EditorPage) => JSON.parse(await editor.page.evaluate(() => JSON.stringify(globalThis.kinograph!.session.settings.value))) as Settings // said as a text: the page's type is too deep for TypeScript
const title = (editor: EditorPage) => editor.page.evaluate(() => globalThis.kinograph!.session.document.value.title.value)
const saved = (editor: EditorPage) => editor.page.evaluate(async () => (await globalThis.kinograph!.session.client.workflows()).map(({ name }) => name).sort())

/** Workflows of these names, saved on the server, and none besides. */
async function shelf(editor: EditorPage, ...names: string[]): Promise<void> {
  await editor.page.evaluate(async ({ all, text }) => {
    const { client } = globalThis.kinograph!.session
    const workflow = JSON.parse(text) as Workflow
    for (const { name } of await client.workflows()) await client.workflow(name).remove()
    for (const name of all) await client.workflow(name).save(workflow)
  }, { all: names, text: JSON.stringify(textToVideo(SHORT)) }) // as a text: the type of a workflow is too deep for what playwright makes of it
}

async function choose(editor: EditorPage, of: string, item: string): Promise<void> {
  await panel(editor).getByRole('button', { name: `More for ${of}` }).click()
  await editor.page.getByRole('menuitem', { name: item }).click()
}

interface Verb {
  readonly panel: string
  readonly what: string
  readonly before?: (editor: EditorPage) => Promise<void>
  readonly act: (editor: EditorPage) => Promise<void>
}

const VERBS: readonly Verb[] = [
  {
    panel: 'nodes', what: 'a node is found and added by Enter',
    async act(editor) {
      await panel(editor).getByRole('searchbox').fill('blur')
      await panel(editor).getByRole('button', { name: /blur/i }).first().press('Enter')
      expect(await editor.node('image_blur')).toMatchObject({ type: 'ImageBlur' })
    },
  },
  {
    panel: 'templates', what: 'one is found by its words and opened in a tab of its own',
    async act(editor) {
      await panel(editor).getByRole('searchbox').fill('lora outlines')
      await expect.poll(() => panel(editor).locator('.template').count()).toBe(1)
      await panel(editor).locator('.template').click()
      await expect.poll(() => title(editor)).toBe('Text to video with a LoRA')
      expect((await editor.workflow()).extra).toBeUndefined()
    },
  },
  {
    panel: 'workflows', what: 'one is found in its folder and opened; opened again, its tab is shown',
    before: (editor) => shelf(editor, 'shots/red', 'blue'),
    async act(editor) {
      await panel(editor).getByRole('searchbox').fill('red')
      await panel(editor).locator('[data-workflow="shots/red"] .saved-open').click()
      await expect.poll(() => title(editor)).toBe('shots/red')
      const tabs = await editor.page.evaluate(() => globalThis.kinograph!.session.documents.value.length)
      await panel(editor).locator('[data-workflow="shots/red"] .saved-open').click()
      await editor.drawn()
      expect(await editor.page.evaluate(() => globalThis.kinograph!.session.documents.value.length)).toBe(tabs)
    },
  },
  {
    panel: 'workflows', what: 'one is renamed into a folder',
    before: (editor) => shelf(editor, 'clip'),
    async act(editor) {
      await choose(editor, 'clip', 'Rename or move…')
      await editor.page.getByRole('dialog').getByRole('textbox').fill('films/first')
      await editor.page.keyboard.press('Enter')
      await expect.poll(() => saved(editor)).toEqual(['films/first'])
      await panel(editor).locator('[data-workflow="films/first"]').waitFor()
    },
  },
  {
    panel: 'workflows', what: 'one is duplicated',
    before: (editor) => shelf(editor, 'clip'),
    async act(editor) {
      await choose(editor, 'clip', 'Duplicate')
      await expect.poll(() => saved(editor)).toEqual(['clip', 'clip copy'])
    },
  },
  {
    panel: 'workflows', what: 'one is deleted, after a question',
    before: (editor) => shelf(editor, 'clip', 'other'),
    async act(editor) {
      await choose(editor, 'clip', 'Delete…')
      await editor.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
      await expect.poll(() => saved(editor)).toEqual(['other'])
      await expect.poll(() => panel(editor).locator('.saved-row').count()).toBe(1)
    },
  },
  {
    panel: 'workflows', what: 'an older version is compared and opened',
    async before(editor) {
      await shelf(editor, 'clip')
      await editor.page.evaluate((text) => globalThis.kinograph!.session.client.workflow('clip').save(JSON.parse(text) as Workflow), JSON.stringify(textToVideo(9)))
    },
    async act(editor) {
      await choose(editor, 'clip', 'Versions…')
      await editor.page.getByRole('button', { name: 'What changed since' }).click()
      await editor.page.getByText(`Sampler.steps ${SHORT} → 9`).waitFor()
      await editor.press('Escape')
      await editor.page.locator('.version').last().getByRole('button', { name: 'Open this version' }).click()
      await expect.poll(async () => (await editor.node('sampler'))?.inputs?.['steps']).toBe(SHORT)
      expect(await saved(editor)).toEqual(['clip'])
    },
  },
  {
    panel: 'models', what: 'a file is looked into, and used in the graph',
    async act(editor) {
      await panel(editor).locator('[data-model="tiny_shapes_outline_lora.safetensors"] .model-head').click()
      await panel(editor).getByText('lora', { exact: true }).waitFor()
      await panel(editor).getByRole('button', { name: /^Add: .*LoRA/i }).click()
      await expect.poll(async () => (await editor.workflow()).nodes.find(({ type }) => type === 'ApplyLoRA')?.inputs?.['lora']).toBe('tiny_shapes_outline_lora.safetensors')
      await panel(editor).getByRole('button', { name: 'Used in this graph' }).waitFor()
    },
  },
  {
    panel: 'models', what: 'those that can be had say where',
    async act(editor) {
      await panel(editor).getByText('Can be had').click()
      await expect.poll(() => panel(editor).locator('[data-model="easyanimate_v1_mm.safetensors"] a').getAttribute('href')).toMatch(/^https:/)
    },
  },
  {
    panel: 'help', what: 'it follows the selection, with every input and an example',
    async act(editor) {
      await panel(editor).getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor()
      await editor.select('sampler')
      await expect.poll(() => panel(editor).locator('.node-help').getAttribute('data-type')).toBe('Sampler')
      const inputs = await panel(editor).locator('[data-input]').evaluateAll((all) => all.map((one) => one.getAttribute('data-input')))
      expect(inputs).toEqual(expect.arrayContaining(['model', 'positive', 'scheduler', 'steps', 'guidance', 'seed', 'denoise']))
      expect(JSON.parse(await panel(editor).locator('.panel-code').innerText())).toMatchObject({ type: 'Sampler', inputs: { steps: 30 } })
      await editor.select('vae')
      await expect.poll(() => panel(editor).locator('.node-help').getAttribute('data-type')).toBe('LoadVAE')
    },
  },
  {
    panel: 'settings', what: 'a switch, a number and a choice are taken at once, and set back',
    async act(editor) {
      await panel(editor).getByRole('switch', { name: 'Snap to the grid' }).click()
      await panel(editor).getByRole('textbox', { name: 'Size of the grid' }).fill('35')
      await panel(editor).getByRole('textbox', { name: 'Size of the grid' }).press('Enter')
      await panel(editor).getByLabel('Links', { exact: true }).selectOption('linear')
      expect(await settings(editor)).toMatchObject({ snap: true, grid: 35, links: 'linear' })
      await panel(editor).getByRole('button', { name: 'Back to the defaults' }).click()
      expect(await settings(editor)).toMatchObject({ snap: false, grid: 20, links: 'curved' })
    },
  },
  {
    panel: 'settings', what: 'the language changes everything that is shown',
    async act(editor) {
      await panel(editor).getByLabel('Language').selectOption('zh')
      await expect.poll(() => panel(editor).locator('h2').innerText()).toBe('设置')
      await panel(editor).getByLabel('语言').selectOption('en')
      await expect.poll(() => panel(editor).locator('h2').innerText()).toBe('Settings')
    },
  },
  {
    panel: 'keys', what: 'a key is recorded, a conflict is said, and the default comes back',
    async act(editor) {
      const row = panel(editor).locator('[data-command="view.minimap"]')
      const record = async () => {
        await row.getByRole('button', { name: /^Record/ }).click()
        await row.locator('.keys-recorder:focus').waitFor()
      }
      await record()
      await editor.press('Control+s')
      await expect.poll(() => row.locator('kbd').allInnerTexts()).toEqual(['Alt+M', 'Ctrl+S'])
      await row.getByText('Also: Save').waitFor()
      await row.getByRole('button', { name: /^Take Ctrl\+S/ }).click()
      await record()
      await editor.press('Control+Shift+y')
      await expect.poll(async () => (await settings(editor)).keys).toEqual({ 'view.minimap': ['Alt+M', 'Ctrl+Shift+Y'] })
      const before = (await settings(editor)).minimap
      await panel(editor).locator('h2').click()
      await editor.press('Control+Shift+y')
      await expect.poll(async () => (await settings(editor)).minimap).toBe(!before)
      await row.getByRole('button', { name: /^Default keys/ }).click()
      await expect.poll(async () => (await settings(editor)).keys).toEqual({})
    },
  },
]

describeInBrowser('panels', (open) => {
  test.each(VERBS.map((verb) => [verb.panel, verb.what, verb] as const))('%s: %s', async (_panel, _what, verb) => {
    const editor = await open()
    await verb.before?.(editor)
    await editor.command(`panel.${verb.panel}`)
    await panel(editor).locator('.panel-body > *').first().waitFor()
    await verb.act(editor)
  })

  test('every template opens without a problem, and no two of its nodes lie over each other', async () => {
    const editor = await open()
    await editor.command('panel.templates')
    const cards = panel(editor).locator('.template')
    await cards.first().waitFor()
    const names = await cards.evaluateAll((all) => all.map((one) => one.getAttribute('data-template')!))
    expect(names.length).toBeGreaterThanOrEqual(12)
    for (const name of names.filter((one) => one !== 'easyanimate-v1')) {
      const before = await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.id)
      await editor.page.evaluate(() => { globalThis.kinograph!.session.view.value = 'graph' })
      await panel(editor).locator(`[data-template="${name}"]`).click()
      await editor.page.waitForFunction((id) => globalThis.kinograph!.session.document.value.id !== id, before)
      await expect.poll(() => editor.page.evaluate(() => globalThis.kinograph!.session.document.value.problems.value.map(({ problem }) => problem)), { message: name }).toEqual([])
      await editor.page.evaluate(() => { globalThis.kinograph!.session.view.value = 'graph' })
      await editor.fit()
      const overlaps = await editor.page.evaluate(() => {
        const all = [...globalThis.kinograph!.session.canvas.value!.bounds()]
        return all.flatMap(([a, [ax, ay, aw, ah]], index) => all.slice(index + 1)
          .filter(([, [bx, by, bw, bh]]) => ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah).map(([b]) => `${a} and ${b}`))
      })
      expect(overlaps, name).toEqual([])
    }
  })
})
