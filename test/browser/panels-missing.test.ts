/** Workflows that need what is not here, and notes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { root } from '../server/support.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

const official = JSON.parse(readFileSync(join(root, 'workflows', 'easyanimate-v1.json'), 'utf8')) as Workflow // ours
const foreign = { id: 'adapter', type: 'IPAdapterAdvanced', inputs: { weight: 0.7 }, position: [0, 900] as const, extra: { kept: [1, { two: 2 }] } }
const dialog = ({ page }: EditorPage) => page.locator('.missing')

describeInBrowser('what is missing', (open) => {
  test('nodes and models that are not here are named with what provides them; nothing of the workflow is touched', async () => {
    const workflow: Workflow = { ...official, nodes: [...official.nodes, foreign] }
    const editor = await open({ workflow })
    await dialog(editor).locator('[data-type="IPAdapterAdvanced"]').waitFor()
    const base = dialog(editor).locator('[data-file="PixArt-XL-2-512x512"]')
    await expect.poll(() => base.innerText()).toContain('11.4 GB')
    expect(await base.innerText()).toMatch(/Show dit.*Show text_encoder.*Show vae/s)
    expect(await editor.workflow()).toEqual(workflow)
    await dialog(editor).getByRole('button', { name: 'Show adapter' }).click()
    expect(await editor.page.evaluate(() => [...globalThis.kinograph!.session.document.value.selection.value.nodes])).toEqual(['adapter'])
  })

  test('another model is taken wherever the missing one stands, as one step of undo; the command shows the rest', async () => {
    const editor = await open({ workflow: official })
    const base = dialog(editor).locator('[data-file="PixArt-XL-2-512x512"]')
    await base.getByRole('combobox').selectOption('tiny-shapes-64')
    await base.getByRole('button', { name: 'Use instead' }).click()
    await expect.poll(() => base.count()).toBe(0)
    const models = async () => (await editor.workflow()).nodes.map(({ inputs }) => inputs?.['model']).filter((one) => typeof one === 'string')
    expect(await models()).toEqual(['tiny-shapes-64', 'tiny-shapes-64', 'tiny-shapes-64'])
    await editor.press('Escape')
    await editor.command('edit.undo')
    expect(await editor.workflow()).toEqual(official)
    const told = editor.command('file.missing') // which ends with the dialog
    await base.waitFor()
    await editor.press('Escape')
    await told
  })

  test('a workflow that has all it needs opens without a word', async () => {
    const editor = await open({ workflow: { version: 1, nodes: [{ id: 'a', type: 'Note', inputs: { text: 'x' } }] } })
    await editor.drawn()
    expect(await editor.page.getByRole('dialog').count()).toBe(0)
  })

  test('a note in Markdown is read as such, and runs nothing', async () => {
    const text = '# Title\n**bold** `code`\n\n- [docs](https://example.org)\n- [evil](javascript:globalThis.hit=1)\n\n<img src=x onerror="globalThis.hit=1"><script>globalThis.hit=1</script>\n\n![far](https://example.org/a.png)'
    const editor = await open({ workflow: { version: 1, nodes: [{ id: 'note', type: 'MarkdownNote', inputs: { text }, position: [0, 0] }] } })
    await editor.page.evaluate(() => globalThis.kinograph!.session.changeSettings({ properties: true }))
    await editor.select('note')
    const note = editor.page.locator('.markdown')
    await expect.poll(() => note.locator('h3').innerText()).toBe('Title')
    expect(await note.locator('strong').innerText()).toBe('bold')
    expect(await note.locator('a').evaluateAll((all) => all.map((one) => [one.getAttribute('href'), one.getAttribute('rel')]))).toEqual([['https://example.org', 'noopener noreferrer']])
    expect(await note.locator('img, script').count()).toBe(0)
    expect(await note.innerText()).toContain('<img src=x onerror=')
    expect(await editor.page.evaluate(() => Reflect.get(globalThis, 'hit'))).toBeUndefined()
  })
})
