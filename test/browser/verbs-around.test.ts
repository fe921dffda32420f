/** What a person can do around the canvas: one test for each verb, by mouse and keys. The rest of them: verbs.ts. */
import { expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { textToVideo, runToEnd, SHORT } from './run-support.ts'
import { chooseInMenu, TEXT_TO_VIDEO } from './verbs-support.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

interface Verb {
  readonly verb: string
  readonly graph?: Workflow
  readonly do: (editor: EditorPage) => Promise<void>
  readonly expect: (editor: EditorPage) => Promise<void>
}

/** An open panel at the side. */
const panel = ({ page }: EditorPage, id: string) => page.locator(`.panel[data-panel="${id}"]`)
const dialog = ({ page }: EditorPage) => page.getByRole('dialog').last()
const focusCanvas = ({ page }: EditorPage) => page.locator('.canvas-host canvas').first().focus()
const setting = (editor: EditorPage, name: string) => panel(editor, 'settings').locator(`[data-setting="${name}"]`)

/** One node of nobody's, and a model that is not here. */
const LACKING: Workflow = {
  version: 1, title: 'Lacking',
  nodes: [
    { id: 'strange', type: 'SomebodysNode', inputs: {}, position: [0, 0], extra: { properties: { cnr_id: 'somebodys-pack', ver: '1.2.3' } } },
    { id: 'dit', type: 'LoadDiT', inputs: { model: 'no-such-model' }, position: [300, 0] },
  ],
}

const VERBS: readonly Verb[] = [
  {
    verb: 'help of a node says what its definition says',
    do: async (editor) => chooseInMenu(editor, { kind: 'node', id: 'sampler' }, 'What this node does'),
    expect: async (editor) => {
      const definition = await editor.page.evaluate(() => {
        const { title, summary, inputs, outputs } = globalThis.kinograph!.session.definitions.value.get('Sampler')!
        return { title, summary, inputs: inputs.filter(({ hidden }) => hidden === undefined).map(({ name }) => name), outputs: outputs.map(({ name }) => name) }
      })
      await panel(editor, 'help').getByRole('heading', { name: definition.title, exact: true }).first().waitFor()
      const text = await panel(editor, 'help').innerText()
      for (const word of [definition.summary!, ...definition.inputs, ...definition.outputs]) expect(text).toContain(word)
      await editor.click({ kind: 'node', id: 'decode' })
      await panel(editor, 'help').getByText('VAE decode').first().waitFor()
    },
  },
  {
    verb: 'missing nodes and models are told in a dialog, with what provides them',
    graph: LACKING,
    do: async (editor) => dialog(editor).locator('.missing-row').nth(1).waitFor(),
    expect: async (editor) => {
      const row = (name: string) => dialog(editor).locator('.missing-row').filter({ hasText: name })
      expect(await row('SomebodysNode').innerText()).toMatch(/SomebodysNode/)
      await row('no-such-model').getByRole('combobox').selectOption('tiny-shapes-64')
      await row('no-such-model').getByRole('button', { name: 'Use instead' }).click()
      await expect.poll(async () => (await editor.node('dit'))?.inputs?.['model']).toBe('tiny-shapes-64')
      await row('SomebodysNode').getByRole('button', { name: 'Show strange' }).click()
      await editor.until('the node is selected', ({ document }) => document.value.selection.value.nodes.has('strange'))
    },
  },
  {
    verb: 'models panel lists what is there, inspects one, and says how it loads',
    graph: textToVideo(SHORT),
    do: async (editor) => {
      await runToEnd(editor)
      await focusCanvas(editor)
      await editor.press('m')
    },
    expect: async (editor) => {
      const model = panel(editor, 'models').locator('.model[data-model="tiny_shapes_mm.safetensors"]')
      await model.locator('.model-head').click()
      await expect.poll(() => model.innerText()).toMatch(/million in \d+ tensors/)
      await expect.poll(() => panel(editor, 'models').locator('.load-report').innerText()).toMatch(/Load diffusion transformer/)
    },
  },
  {
    verb: 'workflow library lists what was saved, opens it, and takes it away',
    graph: { ...TEXT_TO_VIDEO, title: 'In the library' },
    do: async (editor) => {
      await focusCanvas(editor)
      await editor.press('w')
      await panel(editor, 'workflows').getByRole('button', { name: 'Save as' }).click()
      await editor.page.getByRole('combobox', { name: 'Name' }).fill('clips/circle')
      await editor.press('Enter')
    },
    expect: async (editor) => {
      const row = panel(editor, 'workflows').locator('[data-workflow="clips/circle"]')
      await row.waitFor()
      await editor.page.getByRole('button', { name: 'New workflow' }).click()
      await row.locator('.saved-open').click()
      await editor.until('it is shown', ({ document }) => document.value.saved.value?.name === 'clips/circle' && document.value.workflow.value.nodes.length === 11)
      await row.getByRole('button', { name: 'More for clips/circle' }).click()
      await editor.page.locator('.menu-item[data-label^="Delete"]').click()
      await dialog(editor).getByRole('button', { name: 'Delete' }).click()
      await expect.poll(() => row.count()).toBe(0)
      expect((await editor.server.fetch('/api/workflows/clips%2Fcircle')).status).toBe(404)
    },
  },
  {
    verb: 'template is opened from its panel',
    do: async (editor) => {
      await focusCanvas(editor)
      await editor.press('t')
      await panel(editor, 'templates').locator('[data-template="image-to-video"]').click()
    },
    expect: async (editor) => {
      await editor.until('it is open', ({ documents, document }) => documents.value.length === 2 && document.value.workflow.value.nodes.length > 5)
      await editor.until('it is ready to run', ({ document }) => document.value.problems.value.length === 0)
    },
  },
  {
    verb: 'keys are changed in their panel, and work',
    do: async (editor) => {
      await focusCanvas(editor)
      await editor.press('?')
      const row = panel(editor, 'keys').locator('[data-command="node.bypass"]')
      await row.getByRole('button', { name: /^Record a key/ }).click()
      await editor.press('F8')
      await expect.poll(() => row.innerText()).toContain('F8')
      await row.getByRole('button', { name: /^Take Ctrl\+B/ }).click()
    },
    expect: async (editor) => {
      await focusCanvas(editor)
      await editor.select('motion')
      await editor.press('Control+b')
      expect((await editor.node('motion'))!.mode).toBeUndefined()
      await editor.press('F8')
      expect((await editor.node('motion'))!.mode).toBe('bypass')
      await panel(editor, 'keys').getByRole('button', { name: 'All back to the defaults' }).click()
      await focusCanvas(editor)
      await editor.press('Control+b')
      expect((await editor.node('motion'))!.mode).toBeUndefined()
    },
  },
  {
    verb: 'settings are chosen in their panel, and kept',
    do: async (editor) => {
      await editor.press('Control+,')
      await setting(editor, 'links').getByRole('combobox').selectOption('straight')
      await setting(editor, 'minimap').getByRole('switch').click()
      await editor.until('they are taken', ({ settings }) => settings.value.links === 'straight' && !settings.value.minimap)
    },
    expect: async (editor) => {
      expect(await editor.page.locator('.minimap').count()).toBe(0)
      await expect.poll(async () => JSON.stringify(await editor.server.json('/api/preferences/editor'))).toMatch(/"links":"straight"/)
      await editor.reload()
      await editor.until('they were kept', ({ settings }) => settings.value.links === 'straight' && !settings.value.minimap)
      await panel(editor, 'settings').getByRole('button', { name: 'Back to the defaults' }).click()
      await editor.page.locator('.minimap').first().waitFor()
    },
  },
  {
    verb: 'the language is changed, and everything is said in it',
    do: async (editor) => {
      await editor.press('Control+,')
      await setting(editor, 'language').getByRole('combobox').selectOption('zh')
      await editor.page.getByRole('button', { name: '运行', exact: true }).waitFor()
    },
    expect: async (editor) => {
      const english = () => editor.page.evaluate(() => {
        const texts = [...document.querySelectorAll<HTMLElement>('.top-bar button, .rail button, .panel, .status-bar button')].flatMap((one) => one.innerText.split('\n'))
        return texts.map((text) => text.trim()).filter((text) => /^[A-Za-z][a-z]+( [a-z]+)+$/.test(text) && text !== 'Text to video')
      })
      for (const id of ['nodes', 'workflows', 'templates', 'queue', 'history', 'gallery', 'help', 'settings', 'keys']) {
        await editor.page.evaluate((name) => { globalThis.kinograph!.session.panel.value = name }, id)
        await panel(editor, id).waitFor()
        await editor.drawn()
        if (id !== 'templates') expect(await english(), id).toEqual([])
      }
      expect(await editor.page.evaluate(() => document.documentElement.lang)).toMatch(/^zh/)
      await editor.press('Control+k')
      await editor.page.keyboard.type('运行')
      await editor.page.getByRole('option').filter({ hasText: '运行' }).first().waitFor()
      await editor.press('Escape')
      await editor.command('view.english')
      await editor.page.getByRole('button', { name: 'Run', exact: true }).waitFor()
    },
  },
]

describeInBrowser('verbs around the canvas', (open) => {
  test.each(VERBS.map((verb) => [verb.verb, verb] as const))('%s', async (_, { graph, do: act, expect: check }) => {
    const editor = await open()
    if (graph) await editor.openWorkflow(graph)
    await act(editor)
    await check(editor)
  })
})
