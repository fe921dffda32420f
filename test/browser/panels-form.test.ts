/** The form of a workflow: filled in, run, and arranged, without its graph. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { root } from '../server/support.ts'
import { SHORT, textToVideo } from './run-support.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

const field = ({ page }: EditorPage, name: string) => page.locator(`.form-field[data-parameter="${name}"]`)
const names = async (editor: EditorPage) => (await editor.workflow()).parameters?.map(({ name }) => name) ?? []
const fill = async (editor: EditorPage, label: string, text: string) => {
  await editor.page.getByLabel(label, { exact: true }).fill(text)
  await editor.page.getByLabel(label, { exact: true }).blur()
}

describeInBrowser('the form', (open) => {
  test('a prompt and a seed are written, it runs, and the video plays beside the form; the graph says the same', async () => {
    const editor = await open({ workflow: textToVideo(SHORT) })
    await editor.page.getByRole('radio', { name: 'Form' }).click()
    await fill(editor, 'Prompt', 'a large white square moves up on a black background')
    await fill(editor, 'Seed', '77')
    expect((await editor.node('positive'))?.inputs?.['text']).toBe('a large white square moves up on a black background')
    expect((await editor.node('sampler'))?.inputs?.['seed']).toBe(77)
    await editor.page.locator('.form-inputs').getByRole('button', { name: 'Run', exact: true }).click()
    const video = editor.page.locator('.form-result video')
    await video.waitFor()
    await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.currentTime > 0 && one.videoWidth), { timeout: 20_000 }).toBe(64)
    await expect.poll(() => editor.page.locator('.form-state').innerText()).toBe('Done')
    await editor.press('Control+z')
    expect((await editor.node('sampler'))?.inputs?.['seed']).not.toBe(77)
  })

  test('a value that can not be is refused in its field, and what the server refuses is said above', async () => {
    const editor = await open({ workflow: textToVideo(SHORT) })
    await editor.command('view.form')
    await fill(editor, 'Steps', 'many')
    await expect.poll(() => field(editor, 'steps').locator('[aria-invalid="true"]').count()).toBe(1)
    expect((await editor.node('sampler'))?.inputs?.['steps']).toBe(SHORT)
    await fill(editor, 'Steps', '0')
    await expect.poll(() => field(editor, 'steps').locator('.value-problem').innerText()).toContain('1')
  })

  test('inputs are chosen, named, described, ordered and taken out in place', async () => {
    const { parameters: _parameters, ...bare } = textToVideo(SHORT)
    const editor = await open({ workflow: bare })
    await editor.command('view.form')
    const sampler = editor.page.locator('.form-choose fieldset[data-node="sampler"]')
    await sampler.getByRole('checkbox', { name: /^steps/ }).check()
    await sampler.getByRole('checkbox', { name: /^guidance/ }).check()
    await expect.poll(() => names(editor)).toEqual(['steps', 'guidance'])
    await field(editor, 'guidance').getByRole('button', { name: 'Name and description' }).click()
    await fill(editor, 'Description', 'how closely it is followed')
    await fill(editor, 'Name', 'strength')
    expect((await editor.workflow()).parameters).toEqual([
      { name: 'steps', node: 'sampler', input: 'steps' }, { name: 'strength', node: 'sampler', input: 'guidance', description: 'how closely it is followed' },
    ])
    await field(editor, 'strength').getByRole('button', { name: 'Move strength up' }).click()
    expect(await names(editor)).toEqual(['strength', 'steps'])
    await field(editor, 'steps').getByRole('button', { name: 'Take steps out of the form' }).click()
    expect(await names(editor)).toEqual(['strength'])
    await editor.press('Control+z')
    expect(await names(editor)).toEqual(['strength', 'steps'])
  })

  test('the EasyAnimate UI has its options in their order, and an input inside a subgraph is changed there', async () => {
    const editor = await open()
    const workflow = JSON.parse(readFileSync(join(root, 'workflows', 'easyanimate-ui.json'), 'utf8')) as Workflow // ours
    await editor.openWorkflow(workflow)
    await editor.command('view.form')
    await editor.page.locator('.form-field').first().waitFor()
    const shown = await editor.page.locator('.form-field').evaluateAll((all) => all.map((one) => one.getAttribute('data-parameter')))
    expect(shown).toEqual(workflow.parameters!.map(({ name }) => name))
    expect(shown.length).toBeGreaterThanOrEqual(14)

    const packed = JSON.parse(readFileSync(join(root, 'workflows', 'subgraph.json'), 'utf8')) as Workflow // ours
    await editor.openWorkflow({ ...packed, parameters: [{ name: 'inner', node: 'make/sampler', input: 'guidance' }] })
    await fill(editor, 'Inner', '5')
    expect((await editor.workflow()).subgraphs![0]!.nodes.find(({ id }) => id === 'sampler')!.inputs!['guidance']).toBe(5)
  })
})
