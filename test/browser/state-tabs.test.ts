/** Open workflows: tabs, and that nothing of them is ever lost. */
import { expect, test } from 'vitest'
import { describeInBrowser, type EditorPage } from './support.ts'

/** What a person sees of the tabs: `[shown]`, `changed*`. */
const tabs = (editor: EditorPage) => editor.page.evaluate(() => {
  const { documents, document } = globalThis.kinograph!.session
  return documents.value.map((one) => {
    const text = `${one.title.value}${one.isChanged.value ? '*' : ''}`
    return one === document.value ? `[${text}]` : text
  }).join(' ')
})

const setSteps = (editor: EditorPage, value: number) =>
  editor.page.evaluate((steps) => globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'sampler', input: 'steps', value: steps }]), value)

const steps = async (editor: EditorPage) => (await editor.node('sampler'))?.inputs?.['steps']

/** Until what is open is in the browser's database. */
const kept = (editor: EditorPage) => editor.page.waitForTimeout(500)

const empty = (title: string) => ({ version: 1, title, nodes: [] }) as const

describeInBrowser('tabs', (open) => {
  test('are opened, gone through, moved and closed by keys', async () => {
    const editor = await open()
    expect(await tabs(editor)).toBe('[Text to video]')
    await editor.openWorkflow(empty('One'))
    await editor.openWorkflow(empty('Two'))
    expect(await tabs(editor)).toBe('Text to video One [Two]')
    await editor.press('Alt+PageDown')
    expect(await tabs(editor)).toBe('[Text to video] One Two')
    await editor.press('Alt+PageUp')
    await editor.press('Alt+PageUp')
    expect(await tabs(editor)).toBe('Text to video [One] Two')
    await editor.command('tab.moveLeft')
    expect(await tabs(editor)).toBe('[One] Text to video Two')
    await editor.press('Alt+w')
    expect(await tabs(editor)).toBe('[Text to video] Two')
    await editor.press('Alt+n')
    expect(await tabs(editor)).toBe('Text to video [Untitled] Two')
  })

  test('a changed workflow is not closed without a question', async () => {
    const editor = await open()
    await setSteps(editor, 5)
    await editor.page.keyboard.press('Alt+w')
    await editor.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect(await tabs(editor)).toBe('[Text to video*]')
    await editor.page.keyboard.press('Alt+w')
    await editor.page.getByRole('button', { name: 'Close without saving' }).click()
    await editor.until('the tab was closed', ({ document }) => !document.value.isChanged.value)
    expect(await tabs(editor)).toBe('[Text to video]')
    expect(await steps(editor)).toBe(20)
  })

  test('a changed workflow can be saved while it is closed', async () => {
    const editor = await open()
    await editor.openWorkflow(empty('Kept'))
    await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'describe', description: 'Something.' }]))
    await editor.page.keyboard.press('Alt+w')
    await editor.page.getByRole('button', { name: 'Save and close' }).click()
    await editor.page.getByRole('combobox', { name: 'Name' }).fill('tabs/kept')
    await editor.page.keyboard.press('Enter')
    await editor.until('the tab was closed', ({ documents }) => documents.value.length === 1)
    expect(await editor.server.json('/api/workflows/tabs%2Fkept')).toMatchObject({ title: 'Kept', description: 'Something.' })
  })

  test('a reload brings back all: tabs, the one shown, undo, the subgraph that was entered, the view, what was seen, the panel', async () => {
    const editor = await open()
    await setSteps(editor, 5)
    await setSteps(editor, 6)
    await editor.select('sampler', 'decode')
    await editor.command('subgraph.make')
    await editor.command('subgraph.enter')
    await editor.page.mouse.move(640, 400)
    await editor.page.mouse.wheel(0, -240)
    await editor.drag([640, 600], [700, 640])
    const seen = await editor.page.evaluate(() => globalThis.kinograph!.session.canvas.value!.view)
    await editor.openWorkflow(empty('One'))
    await editor.press('Alt+PageUp')
    await editor.command('view.form')
    await editor.command('panel.queue')
    const picture = () => editor.page.evaluate(() => {
      const { document, view, panel } = globalThis.kinograph!.session
      return { path: document.value.path.value, shownView: document.value.view.value, view: view.value, panel: panel.value, job: document.value.job.value }
    })
    const [before, workflow, strip] = [await picture(), await editor.workflow(), await tabs(editor)]
    expect(before).toMatchObject({ path: [expect.any(String)], shownView: { scale: expect.any(Number) }, view: 'form', panel: 'queue' })
    expect(before.shownView).toEqual(seen)
    await kept(editor)
    await editor.reload()
    expect(await picture()).toEqual(before)
    expect(await editor.workflow()).toEqual(workflow)
    expect(await tabs(editor)).toBe(strip)
    await editor.command('edit.undo')
    await editor.command('edit.undo')
    expect(await steps(editor)).toBe(5)
    await editor.command('edit.redo')
    expect(await steps(editor)).toBe(6)
  })

  test('what was changed the moment before the page is left is kept', async () => {
    const editor = await open()
    await setSteps(editor, 9)
    await editor.reload()
    expect(await steps(editor)).toBe(9)
  })

  test('a page that crashed comes back as it was, in a new tab', async () => {
    const editor = await open()
    const other = await open({ beside: editor })
    await setSteps(other, 11)
    await kept(other)
    const crash = await other.page.context().newCDPSession(other.page)
    other.expected.push(/crash/i)
    await Promise.race([crash.send('Page.crash').catch(() => {}), other.page.waitForEvent('crash')])
    await other.page.close()
    const again = await open({ beside: editor })
    expect(await steps(again)).toBe(11)
    expect(await steps(editor)).toBe(20)
  })

  test('two browser tabs have a set of documents each, and keep it', async () => {
    const one = await open()
    await setSteps(one, 5)
    await kept(one)
    const two = await open({ beside: one })
    expect(await steps(two)).toBe(20)
    await setSteps(two, 6)
    await two.openWorkflow(empty('Two'))
    await kept(two)
    await one.reload()
    await two.reload()
    expect([await steps(one), await tabs(one)]).toEqual([5, '[Text to video*]'])
    expect(await tabs(two)).toBe('Text to video* [Two]')
  })

  test('a tab that was duplicated does not write over the first one', async () => {
    const one = await open()
    await setSteps(one, 5)
    await kept(one)
    const desk = await one.page.evaluate(() => sessionStorage.getItem('kinograph.desk'))
    const two = await open({ beside: one })
    await two.page.evaluate((id) => sessionStorage.setItem('kinograph.desk', id!), desk)
    await two.reload()
    await setSteps(two, 6)
    await kept(two)
    await one.reload()
    expect(await steps(one)).toBe(5)
  })
})
