/** Saving to the server: nobody's changes are lost. */
import { expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { describeInBrowser, type EditorPage, type OpenEditor } from './support.ts'

const set = (editor: EditorPage, node: string, input: string, value: string | number) =>
  editor.page.evaluate((edit) => globalThis.kinograph!.session.document.value.edit([{ type: 'set', ...edit }]), { node, input, value })

const input = async (editor: EditorPage, node: string, name: string) => (await editor.node(node))?.inputs?.[name]

/** What the server has under a name. */
async function saved(editor: EditorPage, name: string): Promise<Workflow> {
  return await editor.server.json(`/api/workflows/${encodeURIComponent(name)}`) as Workflow
}

const savedInput = async (editor: EditorPage, name: string, node: string, key: string) => (await saved(editor, name)).nodes.find(({ id }) => id === node)?.inputs?.[key]

const byHand = (editor: EditorPage) => editor.page.evaluate(() => globalThis.kinograph!.session.changeSettings({ autosave: false }))

async function saveAs(editor: EditorPage, name: string): Promise<void> {
  await editor.page.keyboard.press('Control+Shift+S')
  await editor.page.getByRole('combobox', { name: 'Name' }).fill(name)
  await editor.page.keyboard.press('Enter')
}

const isSaved = (editor: EditorPage) => editor.until('it was saved', ({ document }) => document.value.saved.value !== undefined && !document.value.isChanged.value)

/** Opens what is saved under a name, as the library does. */
async function openSaved(editor: EditorPage, name: string): Promise<void> {
  await editor.page.evaluate(async (wanted) => {
    const { client, open } = globalThis.kinograph!.session
    const { workflow, etag } = await client.workflow(wanted).get()
    open(workflow, { name: wanted, etag })
  }, name)
  await editor.drawn()
}

/** Two tabs of one browser with the same workflow, saved by hand alone. */
async function twoTabs(open: OpenEditor, name: string): Promise<[EditorPage, EditorPage]> {
  const one = await open()
  await byHand(one)
  await saveAs(one, name)
  await isSaved(one)
  const two = await open({ beside: one })
  await byHand(two)
  await openSaved(two, name)
  return [one, two]
}

/** Both change the same input; the second one's save meets the first's. */
async function clash(one: EditorPage, two: EditorPage): Promise<void> {
  two.expected.push(/412/)
  await set(one, 'sampler', 'steps', 5)
  await one.page.keyboard.press('Control+s')
  await isSaved(one)
  await set(two, 'sampler', 'steps', 6)
  await two.page.keyboard.press('Control+s')
}

const conflict = (editor: EditorPage) => editor.page.getByRole('dialog', { name: /was saved by someone else/ })

describeInBrowser('saving', (open) => {
  test('asks for a name once, then saves there', async () => {
    const editor = await open()
    await byHand(editor)
    await set(editor, 'sampler', 'steps', 5)
    await editor.page.keyboard.press('Control+s')
    await editor.page.getByRole('combobox', { name: 'Name' }).fill('saving/first')
    await editor.page.keyboard.press('Enter')
    await isSaved(editor)
    expect(await savedInput(editor, 'saving/first', 'sampler', 'steps')).toBe(5)
    await set(editor, 'sampler', 'steps', 6)
    await editor.page.keyboard.press('Control+s')
    await isSaved(editor)
    expect(await savedInput(editor, 'saving/first', 'sampler', 'steps')).toBe(6)
    expect(await editor.page.evaluate(() => document.querySelector('[role=tab][aria-selected=true]')?.textContent)).toContain('saving/first')
  })

  test('a name that is taken is not replaced without a question', async () => {
    const editor = await open()
    await byHand(editor)
    await saveAs(editor, 'saving/taken')
    await isSaved(editor)
    await editor.openWorkflow({ version: 1, title: 'Other', nodes: [] })
    editor.expected.push(/412/)
    await saveAs(editor, 'saving/taken')
    await editor.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect((await saved(editor, 'saving/taken')).nodes.length).toBeGreaterThan(0)
    await saveAs(editor, 'saving/taken')
    await editor.page.getByRole('button', { name: 'Replace' }).click()
    await isSaved(editor)
    expect((await saved(editor, 'saving/taken')).nodes).toEqual([])
  })

  test('a saved workflow is saved again by itself while it is worked on', async () => {
    const editor = await open()
    await editor.page.evaluate(() => globalThis.kinograph!.session.changeSettings({ autosave: true }))
    await saveAs(editor, 'saving/itself')
    await isSaved(editor)
    await set(editor, 'sampler', 'steps', 12)
    await isSaved(editor)
    expect(await savedInput(editor, 'saving/itself', 'sampler', 'steps')).toBe(12)
  })

  test('where a workflow is saved is known after a reload', async () => {
    const editor = await open()
    await byHand(editor)
    await saveAs(editor, 'saving/reload')
    await isSaved(editor)
    await set(editor, 'sampler', 'steps', 13)
    await editor.page.waitForTimeout(500)
    await editor.reload()
    await editor.page.keyboard.press('Control+s')
    await isSaved(editor)
    expect(await savedInput(editor, 'saving/reload', 'sampler', 'steps')).toBe(13)
  })
})

describeInBrowser('two tabs in conflict', (open) => {
  test('the slower one is told what differs, and both are merged', async () => {
    const [one, two] = await twoTabs(open, 'conflict/merge')
    await set(one, 'sampler', 'steps', 5)
    await one.page.keyboard.press('Control+s')
    await isSaved(one)
    two.expected.push(/412/)
    await set(two, 'latent', 'frames', 8)
    await two.page.keyboard.press('Control+s')
    const dialog = conflict(two)
    await dialog.getByText('Sampler.steps 20 → 5').waitFor()
    await dialog.getByText('EmptyLatent.frames 16 → 8').waitFor()
    await dialog.getByRole('button', { name: 'Merge both' }).click()
    await isSaved(two)
    expect([await savedInput(two, 'conflict/merge', 'sampler', 'steps'), await savedInput(two, 'conflict/merge', 'latent', 'frames')]).toEqual([5, 8])
    expect([await input(two, 'sampler', 'steps'), await input(two, 'latent', 'frames')]).toEqual([5, 8])
    await two.press('Control+z')
    expect([await input(two, 'sampler', 'steps'), await input(two, 'latent', 'frames')]).toEqual([20, 8])
  })

  test('changes of one place can not be merged: mine, theirs, or another name', async () => {
    const [one, two] = await twoTabs(open, 'conflict/clash')
    const steps = () => savedInput(two, 'conflict/clash', 'sampler', 'steps')
    await clash(one, two)
    const dialog = conflict(two)
    await dialog.getByText('one has to give way').waitFor()
    expect(await dialog.getByRole('button', { name: 'Merge both' }).count()).toBe(0)
    await dialog.getByRole('button', { name: 'Decide later' }).click()
    expect([await steps(), await input(two, 'sampler', 'steps')]).toEqual([5, 6])

    await two.page.keyboard.press('Control+s')
    await dialog.getByRole('button', { name: 'another name' }).click()
    await two.page.getByRole('combobox', { name: 'Name' }).fill('conflict/mine')
    await two.page.keyboard.press('Enter')
    await isSaved(two)
    expect([await steps(), await savedInput(two, 'conflict/mine', 'sampler', 'steps')]).toEqual([5, 6])
  })

  test('keeping mine leaves theirs among the versions', async () => {
    const [one, two] = await twoTabs(open, 'conflict/mine-wins')
    await clash(one, two)
    await conflict(two).getByRole('button', { name: 'Keep mine' }).click()
    await isSaved(two)
    expect(await savedInput(two, 'conflict/mine-wins', 'sampler', 'steps')).toBe(6)
    const { versions } = await two.server.json('/api/workflows/conflict%2Fmine-wins/versions') as { versions: { etag: string }[] }
    const older = await Promise.all(versions.map(async ({ etag }) =>
      (await two.server.json(`/api/workflows/conflict%2Fmine-wins?version=${etag}`) as Workflow).nodes.find(({ id }) => id === 'sampler')?.inputs?.['steps']))
    expect(older).toContain(5)
  })

  test('taking theirs can be undone', async () => {
    const [one, two] = await twoTabs(open, 'conflict/theirs')
    await clash(one, two)
    await conflict(two).getByRole('button', { name: 'Take theirs' }).click()
    await isSaved(two)
    expect(await input(two, 'sampler', 'steps')).toBe(5)
    await two.press('Control+z')
    expect(await input(two, 'sampler', 'steps')).toBe(6)
  })

  test('who has changed nothing is told that there is a newer version, and can have it', async () => {
    const [one, two] = await twoTabs(open, 'conflict/follow')
    await set(one, 'sampler', 'steps', 5)
    await one.page.keyboard.press('Control+s')
    await isSaved(one)
    await two.page.getByText('conflict/follow was saved by someone else').waitFor()
    expect(await input(two, 'sampler', 'steps')).toBe(20)
    await two.page.getByRole('button', { name: 'Reload', exact: true }).click()
    await two.until('it was read again', ({ document }) => document.value.workflow.value.nodes.find(({ id }) => id === 'sampler')?.inputs?.['steps'] === 5)
    await isSaved(two)
  })

  test('saving by itself never writes over somebody else, and tells of it once', async () => {
    const [one, two] = await twoTabs(open, 'conflict/itself')
    two.expected.push(/412/)
    await set(one, 'sampler', 'steps', 5)
    await one.page.keyboard.press('Control+s')
    await isSaved(one)
    await two.page.evaluate(() => globalThis.kinograph!.session.changeSettings({ autosave: true }))
    await set(two, 'sampler', 'steps', 6)
    await two.page.getByText('was changed by someone else').waitFor()
    expect(await savedInput(two, 'conflict/itself', 'sampler', 'steps')).toBe(5)
    await two.page.getByRole('button', { name: 'Compare' }).click()
    await conflict(two).getByRole('button', { name: 'Keep mine' }).click()
    await isSaved(two)
    expect(await savedInput(two, 'conflict/itself', 'sampler', 'steps')).toBe(6)
  })

  test('a workflow that was removed meanwhile can be saved again', async () => {
    const [one, two] = await twoTabs(open, 'conflict/removed')
    await one.page.evaluate(() => globalThis.kinograph!.session.client.workflow('conflict/removed').remove())
    two.expected.push(/412|404/)
    await set(two, 'sampler', 'steps', 6)
    await two.page.keyboard.press('Control+s')
    await two.page.getByText('was removed from the server').waitFor()
    await two.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await isSaved(two)
    expect(await savedInput(two, 'conflict/removed', 'sampler', 'steps')).toBe(6)
  })
})
