/** What a person can do on the canvas: one test for each verb of it, as menus, mouse and keys have it. The rest of them: verbs.ts. */
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { chooseInMenu, LONE_PROMPT, TEXT_TO_VIDEO } from './verbs-support.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

interface Verb {
  readonly verb: string
  readonly graph?: Workflow
  readonly do: (editor: EditorPage) => Promise<void>
  readonly expect: (editor: EditorPage, before: Workflow) => Promise<void>
}

const ids = (workflow: Workflow) => workflow.nodes.map(({ id }) => id)
const inputsOf = async (editor: EditorPage, id: string) => (await editor.node(id))?.inputs
const positionOf = async (editor: EditorPage, id: string) => (await editor.node(id))!.position!
const type = (editor: EditorPage, text: string) => editor.page.keyboard.type(text)
const options = ({ page }: EditorPage) => page.locator('.node-search [role=option] .search-name')

/** A place where nothing lies. */
async function nothing(editor: EditorPage): Promise<[number, number]> {
  const [x, y, width, height] = await editor.place({ kind: 'canvas' })
  return [x + width * 0.3, y + height - 40]
}

async function openSearch(editor: EditorPage, text: string): Promise<void> {
  await editor.page.mouse.dblclick(...await nothing(editor))
  await editor.page.locator('.node-search').getByRole('combobox').waitFor()
  await type(editor, text)
  await editor.drawn()
}

/** The colour that is drawn at a place of the window. */
async function colorAt(editor: EditorPage, [x, y]: readonly [number, number]): Promise<string> {
  const picture = await editor.page.screenshot({ clip: { x: Math.round(x), y: Math.round(y), width: 1, height: 1 } })
  return `#${(await sharp(picture).removeAlpha().raw().toBuffer()).toString('hex')}`
}

/** How far two colours lie apart: 0 to 765. */
function difference(one: string, other: string): number {
  const parts = (color: string) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16))
  return parts(one).reduce((sum, part, index) => sum + Math.abs(part - parts(other)[index]!), 0)
}

/** Of an output's socket, at its middle. */
const socketColor = async (editor: EditorPage, id: string, output: string) => colorAt(editor, await editor.middle({ kind: 'output', id, output }))

const VERBS: readonly Verb[] = [
  {
    verb: 'align puts nodes on one line; distribute makes their gaps the same',
    do: async (editor) => {
      await editor.select('positive', 'negative', 'latent')
      await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'move', nodes: [{ id: 'negative', position: [660, 300] }] }]))
      await chooseInMenu(editor, { kind: 'node', id: 'negative' }, 'Arrange', 'Align left')
      await chooseInMenu(editor, { kind: 'node', id: 'negative' }, 'Arrange', 'Distribute from top to bottom')
    },
    expect: async (editor) => {
      const boxes = await Promise.all(['positive', 'negative', 'latent'].map((id) => editor.place({ kind: 'node', id })))
      expect(new Set(boxes.map(([x]) => Math.round(x))).size).toBe(1)
      const [upper, lower] = [boxes[1]![1] - (boxes[0]![1] + boxes[0]![3]), boxes[2]![1] - (boxes[1]![1] + boxes[1]![3])]
      expect(Math.abs(upper - lower)).toBeLessThan(2)
    },
  },
  {
    verb: 'snap to the grid is a setting as well',
    do: async (editor) => {
      await editor.command('view.snap')
      const from = await editor.titleOf('decode')
      await editor.drag(from, [from[0] + 31, from[1] + 47])
    },
    expect: async (editor) => {
      const position = await positionOf(editor, 'decode')
      expect(position.map((one) => one % 20)).toEqual([0, 0])
      expect(position).not.toEqual([1200, 0])
    },
  },
  {
    verb: 'group is made around what is selected, named by a double click, and taken away',
    do: async (editor) => {
      await editor.select('positive', 'negative')
      await chooseInMenu(editor, { kind: 'node', id: 'negative' }, 'Group the selection')
      const [x, y] = await editor.middle({ kind: 'group', index: 0 })
      await editor.page.mouse.dblclick(x, y)
      await editor.page.getByRole('textbox', { name: 'Title of the group' }).fill('Prompts')
      await editor.press('Enter')
    },
    expect: async (editor) => {
      const [group, ...others] = (await editor.workflow()).groups!
      expect([group!.title, others]).toEqual(['Prompts', []])
      const [x, y, width, height] = group!.bounds
      for (const id of ['positive', 'negative']) {
        const [left, top] = await positionOf(editor, id)
        expect([left > x, top > y, left < x + width, top < y + height]).toEqual([true, true, true, true])
      }
      await chooseInMenu(editor, { kind: 'group', index: 0 }, 'Remove the group')
      expect((await editor.workflow()).groups ?? []).toEqual([])
      expect((await editor.workflow()).nodes).toHaveLength(11)
    },
  },
  {
    verb: 'colours of nodes are chosen from a menu, drawn, and taken back',
    do: async (editor) => chooseInMenu(editor, { kind: 'node', id: 'sampler' }, 'Colour', 'Colour: red'),
    expect: async (editor) => {
      await editor.clickAt(...await nothing(editor))
      expect((await editor.node('sampler'))!.extra).toMatchObject({ editor: { color: '#8f3535' } })
      const [x, y, width] = await editor.place({ kind: 'node', id: 'sampler' })
      const painted = await colorAt(editor, [x + width * 0.8, y + 8])
      await chooseInMenu(editor, { kind: 'node', id: 'sampler' }, 'Colour', 'Colour: of its type')
      await editor.clickAt(...await nothing(editor))
      expect(await colorAt(editor, [x + width * 0.8, y + 8])).not.toBe(painted)
    },
  },
  {
    verb: 'pin holds a node where it is',
    do: async (editor) => {
      await chooseInMenu(editor, { kind: 'node', id: 'decode' }, 'Pin or unpin')
      const from = await editor.titleOf('decode')
      await editor.drag(from, [from[0], from[1] + 80])
    },
    expect: async (editor) => {
      expect(await positionOf(editor, 'decode')).toEqual([1200, 0])
      await chooseInMenu(editor, { kind: 'node', id: 'decode' }, 'Pin or unpin')
      const from = await editor.titleOf('decode')
      await editor.drag(from, [from[0], from[1] + 80])
      expect((await positionOf(editor, 'decode'))[1]).toBeGreaterThan(50)
    },
  },
  {
    verb: 'copy and paste keep the links between what was copied; with Shift, those from outside too',
    do: async (editor) => {
      await editor.select('decode', 'video')
      await editor.press('Control+c')
      await editor.until('it was copied', () => localStorage.getItem('kinograph.clip') !== null)
      await editor.press('Control+v')
      await editor.until('it was pasted', ({ document }) => document.value.workflow.value.nodes.length === 13)
      await editor.press('Control+Shift+V')
      await editor.until('it was pasted again', ({ document }) => document.value.workflow.value.nodes.length === 15)
    },
    expect: async (editor) => {
      expect(await inputsOf(editor, 'video_2')).toMatchObject({ images: { from: 'decode_2', output: 'IMAGE' } })
      expect(await inputsOf(editor, 'decode_2') ?? {}).toEqual({})
      expect(await inputsOf(editor, 'decode_3')).toEqual({ samples: { from: 'sampler', output: 'latent' }, vae: { from: 'vae', output: 'vae' } })
      await editor.page.getByRole('button', { name: 'New workflow' }).click()
      await editor.press('Control+v')
      await editor.until('it came into another workflow', ({ document }) => document.value.workflow.value.nodes.length === 2)
    },
  },
  {
    verb: 'duplicate puts the same beside it, linked to the same',
    do: async (editor) => chooseInMenu(editor, { kind: 'node', id: 'decode' }, 'Duplicate'),
    expect: async (editor, before) => {
      await editor.until('there is one more', ({ document }) => document.value.workflow.value.nodes.length === 12)
      expect(await inputsOf(editor, 'decode_2')).toEqual(before.nodes.find(({ id }) => id === 'decode')!.inputs)
      expect(await positionOf(editor, 'decode_2')).not.toEqual(await positionOf(editor, 'decode'))
    },
  },
  {
    verb: 'bypass lets through what comes in: it runs without that node',
    do: async (editor) => {
      await chooseInMenu(editor, { kind: 'node', id: 'motion' }, 'Bypass or stop bypassing')
      await set(editor, 'sampler', 'steps', 2)
      await set(editor, 'latent', 'frames', 1) // without its motion module the model makes pictures
      await editor.press('Control+Enter')
    },
    expect: async (editor) => {
      expect((await editor.node('motion'))!.mode).toBe('bypass')
      await editor.until('it is done', (session) => session.runs.shown(session.document.value).value?.job.state === 'done')
      const activity = await editor.page.evaluate(() => {
        const { runs, document } = globalThis.kinograph!.session
        return Object.fromEntries([...runs.picture(document.value).value.activity].map(([id, { state }]) => [id, state]))
      })
      expect([activity['motion'] ?? 'none', activity['save']]).toEqual([expect.stringMatching(/none|skipped/), 'done'])
    },
  },
  {
    verb: 'mute takes a node and what needs it out of the run',
    do: async (editor) => {
      await chooseInMenu(editor, { kind: 'node', id: 'save' }, 'Mute or unmute')
      await chooseInMenu(editor, { kind: 'node', id: 'sampler' }, 'Mute or unmute')
    },
    expect: async (editor) => {
      expect([(await editor.node('save'))!.mode, (await editor.node('sampler'))!.mode]).toEqual(['mute', 'mute'])
      await chooseInMenu(editor, { kind: 'node', id: 'sampler' }, 'Run as usual')
      expect((await editor.node('sampler'))!.mode).toBeUndefined()
      await set(editor, 'sampler', 'steps', 2)
      editor.expected.push(/status of 400/)
      await editor.press('Control+Enter') // nothing is saved any more: there is nothing to run
      await editor.until('that is told', ({ dialogs }) => dialogs.toasts.value.some(({ kind }) => kind === 'error'))
    },
  },
  {
    verb: 'primitives: a value becomes a node of its own, linked back',
    do: async (editor) => chooseInMenu(editor, { kind: 'input', id: 'sampler', input: 'steps' }, 'Value as a node of its own'),
    expect: async (editor, before) => {
      await editor.until('there is one more', ({ document }) => document.value.workflow.value.nodes.length === 12)
      const made = (await editor.workflow()).nodes.find(({ id }) => !ids(before).includes(id))!
      expect(Object.values(made.inputs!)).toContain(20)
      expect((await inputsOf(editor, 'sampler'))!['steps']).toMatchObject({ from: made.id })
      expect(await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.problems.value)).toEqual([])
    },
  },
  {
    verb: 'a widget takes a link, and shows its own value again without it',
    graph: { version: 1, nodes: [{ id: 'number', type: 'PrimitiveInt', inputs: { value: 7 }, position: [0, 0] }, { id: 'latent', type: 'EmptyLatent', inputs: { width: 64, height: 64, frames: 16 }, position: [400, 0] }] },
    do: async (editor) => editor.link('number', (await outputsOf(editor, 'number'))[0]!, 'latent', 'frames'),
    expect: async (editor) => {
      expect((await inputsOf(editor, 'latent'))!['frames']).toMatchObject({ from: 'number' })
      await chooseInMenu(editor, { kind: 'input', id: 'latent', input: 'frames' }, 'Remove the link')
      await editor.click({ kind: 'widget', id: 'latent', input: 'frames' })
      await editor.page.locator('.value-over input').fill('8')
      await editor.press('Enter')
      expect((await inputsOf(editor, 'latent'))!['frames']).toBe(8)
    },
  },
  {
    verb: 'search by double click finds what is misspelled, the best first',
    do: async (editor) => openSearch(editor, 'samplr'),
    expect: async (editor, before) => {
      expect((await options(editor).first().innerText()).trim()).toMatch(/^(K ?)?Sampler/)
      await editor.press('Enter')
      await editor.until('it was added', ({ document }) => document.value.workflow.value.nodes.length === 12)
      const added = (await editor.workflow()).nodes.find(({ id }) => !ids(before).includes(id))!
      expect(added.type).toMatch(/Sampler/)
      const at = await editor.place({ kind: 'node', id: added.id })
      const [x, y] = await nothing(editor)
      expect(Math.hypot(at[0] - x, at[1] - y)).toBeLessThan(80)
    },
  },
  {
    verb: 'search by type: what gives one socket for another',
    do: async (editor) => openSearch(editor, 'latent to image'),
    expect: async (editor) => {
      expect((await options(editor).first().innerText()).trim()).toMatch(/VAE decode/i)
      await editor.press('Escape')
      expect((await editor.workflow()).nodes).toHaveLength(11)
    },
  },
  {
    verb: 'search from a link dropped on nothing offers what it fits, and links what is chosen',
    graph: LONE_PROMPT,
    do: async (editor) => {
      await editor.drag(await editor.middle({ kind: 'output', id: 'prompt', output: 'conditioning' }), await nothing(editor))
      await editor.page.locator('.node-search').getByRole('combobox').waitFor()
    },
    expect: async (editor) => {
      const offered = (await options(editor).allInnerTexts()).map((title) => title.trim())
      expect(offered).toContain('Sampler')
      expect(offered).not.toContain('Load autoencoder')
      await type(editor, 'sampler')
      await editor.page.locator('.node-search [role=option]').filter({ has: editor.page.getByText('Sampler', { exact: true }) }).first().click()
      await editor.until('it was added', ({ document }) => document.value.workflow.value.nodes.length === 2)
      const added = (await editor.workflow()).nodes[1]!
      expect([added.type, Object.values(added.inputs ?? {}).filter((value) => typeof value === 'object')]).toEqual(['Sampler', [{ from: 'prompt', output: 'conditioning' }]])
    },
  },
  {
    verb: 'links have the colour of their type',
    do: async (editor) => { await editor.clickAt(...await nothing(editor)) },
    expect: async (editor) => {
      const [model, latent, again] = [await socketColor(editor, 'dit', 'model'), await socketColor(editor, 'latent', 'latent'), await socketColor(editor, 'sampler', 'latent')]
      const link = await colorAt(editor, await editor.middle({ kind: 'link', to: 'decode', input: 'samples' }))
      expect(latent).toBe(again)
      expect(difference(model, latent)).toBeGreaterThan(100)
      expect(difference(link, latent)).toBeLessThan(difference(link, model)) // its line is thin: mixed with the ground
    },
  },
  {
    verb: 'subgraph: made of what is selected, entered, an input promoted, left, and unpacked',
    do: async (editor) => {
      await editor.select('sampler', 'decode')
      await chooseInMenu(editor, { kind: 'node', id: 'sampler' }, 'Make a subgraph of the selection')
      await editor.until('it is packed', ({ document }) => document.value.workflow.value.subgraphs?.length === 1)
    },
    expect: async (editor) => {
      const node = (await editor.workflow()).nodes.find(({ id }) => !ids(TEXT_TO_VIDEO).includes(id))!
      expect((await inputsOf(editor, 'video'))!['images']).toMatchObject({ from: node.id })
      await editor.page.mouse.dblclick(...await editor.titleOf(node.id))
      await editor.until('it is entered', ({ document }) => document.value.path.value.length === 1)
      await editor.fit()
      await chooseInMenu(editor, { kind: 'input', id: 'sampler', input: 'denoise' }, 'Promote to an input of the subgraph')
      await editor.until('it is promoted', ({ document }) => document.value.workflow.value.subgraphs![0]!.inputs?.some(({ name }) => name === 'denoise'))
      await editor.page.getByRole('navigation', { name: 'Subgraph path' }).getByRole('button', { name: 'Text to video' }).click()
      await editor.until('it is left', ({ document }) => document.value.path.value.length === 0)
      await editor.fit()
      await editor.click({ kind: 'widget', id: node.id, input: 'denoise' })
      await editor.page.locator('.value-over input').fill('0.5')
      await editor.press('Enter')
      expect((await inputsOf(editor, node.id))!['denoise']).toBe(0.5)
      await chooseInMenu(editor, { kind: 'node', id: node.id }, 'Unpack the subgraph')
      await editor.until('it is unpacked', ({ document }) => document.value.workflow.value.nodes.some(({ id }) => id === 'sampler'))
      expect(await inputsOf(editor, 'sampler')).toMatchObject({ denoise: 0.5, steps: 20 })
      expect((await inputsOf(editor, 'video'))!['images']).toEqual({ from: 'decode', output: 'IMAGE' })
    },
  },
  {
    verb: 'note is added from the menu, written, and drawn with its marks',
    graph: { version: 1, nodes: [] },
    do: async (editor) => {
      await chooseInMenu(editor, { kind: 'canvas' }, 'Add a note')
      await editor.until('it was added', ({ document }) => document.value.workflow.value.nodes.length === 1)
      const { id } = (await editor.workflow()).nodes[0]!
      const [x, y, width, height] = await editor.place({ kind: 'node', id })
      await editor.page.mouse.dblclick(x + width / 2, y + height * 0.6)
      const field = editor.page.locator('.value-over textarea')
      await field.fill('# Title\n\n**bold** and <img src=x onerror="document.title=1">')
      await field.press('Escape')
    },
    expect: async (editor) => {
      const [note] = (await editor.workflow()).nodes
      expect(note!.inputs!['text']).toContain('# Title')
      expect(await editor.page.locator('img[src=x]').count()).toBe(0)
      expect(await editor.page.title()).not.toBe('1')
    },
  },
  {
    verb: 'mini-map: a press on it goes there',
    do: async (editor) => {
      await editor.command('view.zoomReset')
      const map = (await editor.page.locator('.minimap canvas, canvas.minimap').first().boundingBox())!
      await editor.page.mouse.click(map.x + map.width * 0.9, map.y + map.height * 0.4)
      await editor.drawn()
    },
    expect: async (editor) => {
      const [x, y, width, height] = await editor.place({ kind: 'canvas' })
      const [left, top] = await editor.place({ kind: 'node', id: 'save' })
      expect([left > x && left < x + width, top > y - 200 && top < y + height]).toEqual([true, true])
      await editor.press('Alt+m')
      expect(await editor.page.locator('.minimap').count()).toBe(0)
    },
  },
  {
    verb: 'unknown nodes survive load, save and export, with their links and places',
    graph: {
      version: 1, extra: { somebody: { else: 1 } },
      nodes: [
        { id: 'x', type: 'NobodyKnowsThis', inputs: { a: 1, b: { value: { deep: [true] } }, text: { from: 'y', output: 0 } }, position: [10, 20], size: [222, 111], extra: { theirs: 'kept' } },
        { id: 'y', type: 'NorThis', inputs: {}, position: [-300, 20] },
      ],
    } as Workflow,
    do: async (editor) => {
      await editor.page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click() // it says what is missing
      const from = await editor.titleOf('x')
      await editor.drag(from, [from[0] + 50, from[1] + 20])
      await editor.command('edit.undo')
      await editor.page.keyboard.press('Control+s')
      await editor.page.getByRole('combobox', { name: 'Name' }).fill('verbs/unknown')
      await editor.press('Enter')
      await editor.until('it is saved', ({ document }) => document.value.saved.value !== undefined)
    },
    expect: async (editor, before) => {
      expect(await editor.server.json('/api/workflows/verbs%2Funknown')).toMatchObject({ nodes: before.nodes, extra: before.extra })
      expect(await editor.workflow()).toEqual(before)
    },
  },
]

const outputsOf = ({ page }: EditorPage, id: string) =>
  page.evaluate((node) => globalThis.kinograph!.session.document.value.scene.value.nodes.find((one) => one.id === node)!.outputs.map(({ key }) => key), id)

const set = ({ page }: EditorPage, node: string, input: string, value: number) =>
  page.evaluate((edit) => globalThis.kinograph!.session.document.value.edit([edit]), { type: 'set', node, input, value } as const)

describeInBrowser('verbs of the canvas', (open) => {
  test.each(VERBS.map((verb) => [verb.verb, verb] as const))('%s', async (_, { graph, do: act, expect: check }) => {
    const editor = await open()
    if (graph) await editor.openWorkflow(graph)
    await editor.page.locator('.canvas-host canvas').first().focus()
    const before = await editor.workflow()
    await act(editor)
    await check(editor, before)
  })
})
