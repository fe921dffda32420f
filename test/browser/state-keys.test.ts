/** The keys of ComfyUI, and ours, each with what it does. */
import { expect, test } from 'vitest'
import type { Session } from '../../editor/app/session.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

interface KeyCase {
  readonly keys: string
  /** Nodes that are selected before. */
  readonly selected?: readonly string[]
  /** A command that is run before. */
  readonly first?: string
  /** What holds afterwards, and not before. It travels to the page as text. */
  readonly holds: (session: Session) => unknown
}

const CASES: readonly KeyCase[] = [
  { keys: 'Control+m', selected: ['sampler'], holds: ({ document }) => document.value.workflow.value.nodes.some(({ id, mode }) => id === 'sampler' && mode === 'mute') },
  { keys: 'Control+b', selected: ['motion'], holds: ({ document }) => document.value.workflow.value.nodes.some(({ id, mode }) => id === 'motion' && mode === 'bypass') },
  { keys: 'Alt+c', selected: ['sampler'], holds: ({ document }) => document.value.scene.value.nodes.some(({ id, collapsed }) => id === 'sampler' && collapsed) },
  { keys: 'p', selected: ['sampler'], holds: ({ document }) => document.value.scene.value.nodes.some(({ id, pinned }) => id === 'sampler' && pinned) },
  { keys: 'Control+g', selected: ['sampler', 'decode'], holds: ({ document }) => document.value.workflow.value.groups?.length === 1 },
  { keys: 'q', holds: ({ panel }) => panel.value === 'queue' },
  { keys: 'w', holds: ({ panel }) => panel.value === 'workflows' },
  { keys: 'n', holds: ({ panel }) => panel.value === 'nodes' },
  { keys: 'm', holds: ({ panel }) => panel.value === 'models' },
  { keys: 'g', holds: ({ panel }) => panel.value === 'gallery' },
  { keys: 't', holds: ({ panel }) => panel.value === 'templates' },
  { keys: 'h', holds: ({ panel }) => panel.value === 'help' },
  { keys: 'Control+,', holds: ({ panel }) => panel.value === 'settings' },
  { keys: '?', holds: ({ panel }) => panel.value === 'keys' },
  { keys: 'f', holds: ({ focusMode }) => focusMode.value },
  { keys: '.', selected: ['save'], holds: ({ canvas }) => canvas.value!.place({ kind: 'node', id: 'dit' })![0] < 0 },
  { keys: 'Alt+=', holds: ({ canvas }) => canvas.value!.view.scale > Number(globalThis.sessionStorage.getItem('scale')) },
  { keys: 'Alt+-', holds: ({ canvas }) => canvas.value!.view.scale < Number(globalThis.sessionStorage.getItem('scale')) },
  { keys: 'Alt+3', holds: ({ view }) => view.value === 'list' },
  { keys: 'Alt+2', holds: ({ view }) => view.value === 'form' },
  { keys: 'Control+k', holds: ({ dialogs }) => dialogs.open.value.length === 1 },
  { keys: 'Shift+A', holds: ({ dialogs }) => dialogs.open.value.length === 1 },
  { keys: 'Control+s', holds: ({ dialogs }) => dialogs.open.value.length === 1 },
  { keys: 'Control+Shift+S', holds: ({ dialogs }) => dialogs.open.value.length === 1 },
  { keys: 'Control+d', holds: ({ documents }) => documents.value.length === 2 },
  { keys: 'Control+a', holds: ({ document }) => document.value.selection.value.nodes.size === 11 },
  { keys: 'Escape', selected: ['sampler'], holds: ({ document }) => document.value.selection.value.nodes.size === 0 },
  { keys: 'Delete', selected: ['sampler'], holds: ({ document }) => document.value.workflow.value.nodes.length === 10 },
  { keys: 'Backspace', selected: ['sampler'], holds: ({ document }) => document.value.workflow.value.nodes.length === 10 },
  {
    keys: 'Control+Delete', selected: ['motion'],
    holds: ({ document }) => JSON.stringify(document.value.workflow.value.nodes.find(({ id }) => id === 'sampler')?.inputs?.['model']) === '{"from":"dit","output":"model"}',
  },
  { keys: 'Control+x', selected: ['sampler'], holds: ({ document }) => document.value.workflow.value.nodes.length === 10 },
  { keys: 'Control+v', first: 'edit.copy', selected: ['sampler'], holds: ({ document }) => document.value.workflow.value.nodes.some(({ id, inputs }) => id === 'sampler_2' && !inputs?.['model']) },
  { keys: 'Control+Shift+V', first: 'edit.copy', selected: ['sampler'], holds: ({ document }) => document.value.workflow.value.nodes.some(({ id, inputs }) => id === 'sampler_2' && inputs?.['model']) },
  { keys: 'Control+Shift+D', selected: ['sampler'], holds: ({ document }) => document.value.workflow.value.nodes.some(({ id }) => id === 'sampler_2') },
  { keys: 'Control+Shift+E', selected: ['sampler', 'decode'], holds: ({ document }) => document.value.workflow.value.subgraphs?.length === 1 },
  { keys: 'Alt+ArrowDown', selected: ['sampler'], first: 'subgraph.make', holds: ({ document }) => document.value.path.value.length === 1 },
  { keys: 'Control+Shift+U', selected: ['sampler'], first: 'subgraph.make', holds: ({ document }) => document.value.workflow.value.nodes.some(({ id }) => id === 'sampler') },
  { keys: 'ArrowRight', selected: ['sampler'], holds: ({ document }) => document.value.workflow.value.nodes.find(({ id }) => id === 'sampler')!.position![0] === 910 },
  { keys: 'ArrowUp', selected: ['sampler'], holds: ({ document }) => document.value.workflow.value.nodes.find(({ id }) => id === 'sampler')!.position![1] === -10 },
  { keys: 'Tab', selected: ['dit'], holds: ({ document }) => document.value.selection.value.nodes.has('text_encoder') },
  { keys: 'Shift+Tab', selected: ['save'], holds: ({ document }) => document.value.selection.value.nodes.has('video') },
  { keys: 'Enter', selected: ['positive'], holds: () => globalThis.document.activeElement?.tagName === 'TEXTAREA' },
  { keys: 'Alt+n', holds: ({ documents }) => documents.value.length === 2 },
]

/** As after a click on nothing: keys go to the canvas. */
async function focusCanvas(editor: EditorPage): Promise<void> {
  await editor.page.locator('.canvas-host canvas').first().focus()
}

describeInBrowser('keys', (open) => {
  test.each(CASES)('$keys with $selected selected', async ({ keys, selected = [], first, holds }) => {
    const editor = await open()
    await focusCanvas(editor)
    await editor.select(...selected)
    if (first !== undefined) await editor.command(first)
    await editor.page.evaluate(() => sessionStorage.setItem('scale', String(globalThis.kinograph!.session.canvas.value!.view.scale)))
    const session = await editor.page.evaluateHandle(() => globalThis.kinograph!.session)
    expect(await editor.page.evaluate(holds, session)).toBeFalsy()
    await editor.press(keys)
    await editor.until(`${keys} did what it does`, holds, 10)
  })

  test('Ctrl+Enter runs, also while a text is written; Ctrl+Alt+Enter interrupts', async () => {
    const editor = await open()
    await focusCanvas(editor)
    await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'sampler', input: 'steps', value: 400 }]))
    await editor.select('positive')
    await editor.press('Enter')
    await editor.page.keyboard.type('a blue square')
    await editor.press('Control+Enter')
    await editor.until('it runs', ({ runs }) => runs.queue.value.running.length === 1)
    await editor.press('Control+Shift+Enter')
    await editor.until('another one waits', ({ runs }) => runs.queue.value.queued.length === 1)
    await editor.page.evaluate(() => globalThis.kinograph!.session.runs.cancelWaiting())
    await editor.until('nothing waits', ({ runs }) => runs.queue.value.queued.length === 0)
    await editor.press('Control+Alt+Enter')
    await editor.until('it was interrupted', ({ runs }) => runs.queue.value.running.length === 0)
  })

  test('R asks for the nodes again', async () => {
    const editor = await open()
    await focusCanvas(editor)
    const asked = editor.page.waitForResponse(/\/api\/nodes$/)
    await editor.press('r')
    expect((await asked).ok()).toBe(true)
  })

  test('letters that are written are letters, and Ctrl+ArrowUp weighs words of a prompt', async () => {
    const editor = await open()
    await focusCanvas(editor)
    await editor.select('positive')
    await editor.press('Enter')
    const field = editor.page.locator('.value-over textarea')
    await field.fill('')
    await field.pressSequentially('quick map.?')
    expect(await field.inputValue()).toBe('quick map.?')
    expect(await editor.page.evaluate(() => globalThis.kinograph!.session.panel.value)).toBeUndefined()
    await editor.page.keyboard.press('Home')
    await editor.page.keyboard.press('Control+ArrowUp')
    await editor.page.keyboard.press('Control+ArrowUp')
    expect(await field.inputValue()).toBe('(quick:1.1) map.?')
    await editor.page.keyboard.press('Control+ArrowDown')
    await editor.page.keyboard.press('Control+ArrowDown')
    expect(await field.inputValue()).toBe('quick map.?')
  })

  test('keys that a person chose take the place of the default, also after a reload and in another browser', async () => {
    const editor = await open()
    const isMuted = async (page: EditorPage) => (await page.node('sampler'))?.mode === 'mute'
    await editor.page.evaluate(() => globalThis.kinograph!.session.changeSettings({ keys: { 'node.mute': ['F7'] } }))
    await editor.page.waitForResponse((response) => response.request().method() === 'PUT' && response.url().endsWith('/preferences/editor'))
    await editor.reload()
    const other = await open()
    await other.until('the settings came', ({ settings }) => settings.value.keys['node.mute']?.[0] === 'F7')
    for (const page of [editor, other]) {
      await focusCanvas(page)
      await page.select('sampler')
      await page.press('Control+m')
      expect(await isMuted(page)).toBe(false)
      await page.press('F7')
      expect(await isMuted(page)).toBe(true)
    }
  })

  test('F6 goes from part to part of the page, and Tab from nothing to the first of it', async () => {
    const editor = await open()
    const where = () => editor.page.evaluate(() => ['.skip-link', '.top-bar', '.side-bar', '.canvas-host', '.status-bar'].find((part) => globalThis.document.activeElement?.closest(part)))
    await editor.press('Tab')
    expect(await where()).toBe('.skip-link')
    const parts: unknown[] = []
    for (let press = 0; press < 5; press++) {
      await editor.press('F6')
      parts.push(await where())
    }
    expect(parts).toEqual(['.top-bar', '.side-bar', '.canvas-host', '.status-bar', '.top-bar'])
    await editor.press('Shift+F6')
    expect(await where()).toBe('.status-bar')
  })

  test('nothing behind a dialog hears a key', async () => {
    const editor = await open()
    await focusCanvas(editor)
    await editor.select('sampler')
    await editor.press('Control+s')
    await editor.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).focus()
    await editor.press('Delete')
    expect(await editor.node('sampler')).toBeDefined()
  })
})
