/** Undo and redo of every kind of change, by the keys, as the canvas, the form and the list make them. */
import { expect, test } from 'vitest'
import type { Edit } from '../../editor/graph/edit.ts'
import { describeInBrowser } from './support.ts'

/** One of each, on the workflow of a first visit. A new kind of edit has to be added here to compile. */
const EDITS: Record<Edit['type'], readonly Edit[]> = {
  add: [{ type: 'add', nodes: [{ id: 'note', type: 'MarkdownNote', inputs: { text: 'Hello' }, position: [0, 700] }] }],
  remove: [{ type: 'remove', nodes: ['sampler'] }],
  move: [{ type: 'move', nodes: [{ id: 'sampler', position: [950, 60] }, { id: 'decode', position: [1250, 60] }] }],
  resize: [{ type: 'resize', id: 'positive', size: [360, 240] }],
  connect: [{ type: 'connect', from: 'negative', output: 'conditioning', to: 'sampler', input: 'positive' }],
  disconnect: [{ type: 'disconnect', to: 'sampler', input: 'positive' }],
  set: [{ type: 'set', node: 'sampler', input: 'steps', value: 7 }],
  rename: [{ type: 'rename', id: 'sampler', title: 'Denoise' }],
  mode: [{ type: 'mode', nodes: ['motion'], mode: 'bypass' }],
  look: [{ type: 'look', nodes: ['sampler', 'decode'], look: { collapsed: true, pinned: true, color: '#8f3535' } }],
  addGroup: [{ type: 'addGroup', title: 'Models', bounds: [-20, -60, 300, 600], color: '#34558b' }],
  changeGroup: [{ type: 'changeGroup', index: 0, title: 'Loaders', bounds: [-40, -80, 400, 700] }],
  removeGroup: [{ type: 'removeGroup', index: 0 }],
  reroute: [{ type: 'reroute', to: 'decode', input: 'vae', position: [700, 500] }],
  expose: [{ type: 'expose', node: 'latent', input: 'frames', name: 'frames' }],
  describe: [{ type: 'describe', title: 'Circles', description: 'Of any colour.' }],
}

/** What is no edit: commands that replace the workflow. */
const COMMANDS: readonly (readonly [id: string, selected: readonly string[]])[] = [
  ['subgraph.make', ['sampler', 'decode']], ['edit.duplicate', ['sampler']], ['graph.deleteBridged', ['motion']], ['graph.addNote', []],
  ['edit.cut', ['save']], ['file.clear', []], ['arrange.all', []], ['graph.group', ['sampler', 'decode']],
]

describeInBrowser('undo and redo', (open) => {
  const withGroup = { type: 'addGroup', title: 'All', bounds: [-40, -80, 2200, 900] } as const

  test.each(Object.entries(EDITS))('%s', async (_, edits) => {
    const editor = await open()
    await editor.page.evaluate((group) => globalThis.kinograph!.session.document.value.edit([group]), withGroup)
    const before = await editor.workflow()
    // As text: the types of what travels into the page are too deep for TypeScript here.
    await editor.page.evaluate((text) => globalThis.kinograph!.session.document.value.edit(JSON.parse(text)), JSON.stringify(edits))
    await backAndForth(editor, before)
  })

  test.each(COMMANDS)('%s', async (id, selected) => {
    const editor = await open()
    const before = await editor.workflow()
    await editor.select(...selected)
    await editor.command(id)
    await backAndForth(editor, before)
  })

  test('the way into a subgraph leads back out, level by level', async () => {
    const editor = await open()
    const path = () => editor.page.evaluate(() => globalThis.kinograph!.session.document.value.path.value)
    await editor.select('sampler', 'decode')
    await editor.command('subgraph.make')
    await editor.command('subgraph.enter')
    const way = editor.page.getByRole('navigation', { name: 'Subgraph path' }).getByRole('button')
    await way.last().waitFor()
    expect(await way.count()).toBe(2)
    expect(await way.last().getAttribute('aria-current')).toBe('location')
    await way.first().click()
    expect(await path()).toEqual([])
    await way.first().waitFor({ state: 'detached' })
  })

  test('pack, unpack, and the way back through the subgraph that was looked at', async () => {
    const editor = await open()
    const path = () => editor.page.evaluate(() => globalThis.kinograph!.session.document.value.path.value)
    const before = await editor.workflow()
    await editor.select('sampler', 'decode')
    await editor.command('subgraph.make')
    await editor.command('subgraph.enter')
    await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'sampler', input: 'denoise', value: 0.5 }]))
    await editor.command('subgraph.leave')
    await editor.command('subgraph.unpack')
    expect(await path()).toEqual([])
    await editor.press('Control+z')
    expect(await path()).toEqual([])
    await editor.press('Control+z')
    expect(await path()).toHaveLength(1)
    await editor.press('Control+z')
    expect(await path()).toEqual([])
    expect(await editor.workflow()).toEqual(before)
  })

  test('200 steps and more, back and forth', async () => {
    const editor = await open()
    const before = await editor.workflow()
    await editor.page.evaluate(() => {
      const { document } = globalThis.kinograph!.session
      for (let step = 1; step <= 220; step++) document.value.edit([{ type: 'set', node: 'sampler', input: 'steps', value: 100 + step }])
    })
    const after = await editor.workflow()
    for (let step = 0; step < 220; step++) await editor.page.keyboard.press('Control+z')
    expect(await editor.workflow()).toEqual(before)
    for (let step = 0; step < 220; step++) await editor.page.keyboard.press('Control+Shift+Z')
    expect(await editor.workflow()).toEqual(after)
  })

  test('what is typed into a prompt is one step; while it is written, Ctrl+Z takes back letters', async () => {
    const editor = await open()
    const before = await editor.workflow()
    await editor.select('positive')
    await editor.command('node.edit')
    const field = editor.page.locator('.value-over textarea')
    await field.fill('')
    await field.pressSequentially('a green square')
    await editor.page.keyboard.press('Control+z')
    expect(await field.inputValue()).not.toBe('a green square')
    expect(await editor.workflow()).toEqual(before)
    await field.fill('a green square')
    await editor.clickAt(640, 660)
    expect((await editor.node('positive'))?.inputs?.['text']).toBe('a green square')
    await editor.press('Control+z')
    expect(await editor.workflow()).toEqual(before)
  })
})

/** It changed something, Ctrl+Z brings back exactly what was, Ctrl+Y exactly what came, and the canvas shows each. */
async function backAndForth(editor: Awaited<ReturnType<Parameters<Parameters<typeof describeInBrowser>[1]>[0]>>, before: unknown): Promise<void> {
  const drawn = () => editor.page.evaluate(() => globalThis.kinograph!.session.document.value.scene.value.nodes.map(({ id }) => id))
  const [after, nodes] = [await editor.workflow(), await drawn()]
  expect(after).not.toEqual(before)
  await editor.press('Control+z')
  expect(await editor.workflow()).toEqual(before)
  await editor.press('Control+y')
  expect(await editor.workflow()).toEqual(after)
  expect(await drawn()).toEqual(nodes)
}
