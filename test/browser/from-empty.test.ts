/** Text to video built from nothing, by the mouse alone (and a keyboard for what is a text). */
import { expect, test } from 'vitest'
import { framesSeen } from './watch-run.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

/** What is looked for, and where on the canvas: as shares of it. */
const NODES = [
  { find: 'load diffusion', type: 'LoadDiT', at: [0.02, 0.04] },
  { find: 'motion module', type: 'LoadMotionModule', at: [0.02, 0.32] },
  { find: 'text encoder', type: 'LoadTextEncoder', at: [0.02, 0.56] },
  { find: 'autoencoder', type: 'LoadVAE', at: [0.02, 0.8] },
  { find: 'encode text', type: 'TextEncode', at: [0.24, 0.04] },
  { find: 'encode text', type: 'TextEncode', at: [0.24, 0.38] },
  { find: 'empty latent', type: 'EmptyLatent', at: [0.24, 0.72] },
  { find: 'sampler', type: 'Sampler', at: [0.46, 0.04] },
  { find: 'vae decode', type: 'VAEDecode', at: [0.46, 0.8] },
  { find: 'create video', type: 'CreateVideo', at: [0.68, 0.8] },
  { find: 'save video', type: 'SaveVideo', at: [0.68, 0.04] },
] as const

const LINKS = [
  ['dit', 'model', 'motion', 'model'], ['motion', 'model', 'sampler', 'model'],
  ['text_encoder', 'text_encoder', 'positive', 'text_encoder'], ['text_encoder', 'text_encoder', 'negative', 'text_encoder'],
  ['positive', 'conditioning', 'sampler', 'positive'], ['negative', 'conditioning', 'sampler', 'negative'], ['latent', 'latent', 'sampler', 'latent'],
  ['sampler', 'latent', 'decode', 'samples'], ['vae', 'vae', 'decode', 'vae'], ['decode', 'IMAGE', 'video', 'images'], ['video', 'VIDEO', 'save', 'video'],
] as const

/** What the nodes are called in LINKS, in the order of NODES. */
const NAMES = ['dit', 'motion', 'text_encoder', 'vae', 'positive', 'negative', 'latent', 'sampler', 'decode', 'video', 'save']

/** A double click on nothing, a few letters, a click on what was found. */
async function addNode(editor: EditorPage, { find, type, at }: (typeof NODES)[number]): Promise<string> {
  const [x, y, width, height] = await editor.place({ kind: 'canvas' })
  const before = (await editor.workflow()).nodes.map(({ id }) => id)
  await editor.page.mouse.dblclick(x + width * at[0], y + height * at[1])
  const box = editor.page.locator('.node-search')
  await box.getByRole('combobox').waitFor()
  await editor.page.keyboard.type(find)
  const title = await editor.page.evaluate((name) => globalThis.kinograph!.session.definitions.value.get(name)!.title, type)
  await box.getByRole('option').filter({ has: editor.page.getByText(title, { exact: true }) }).first().click()
  await expect.poll(async () => (await editor.workflow()).nodes.length).toBe(before.length + 1)
  const added = (await editor.workflow()).nodes.find(({ id }) => !before.includes(id))!
  expect(added.type).toBe(type)
  return added.id
}

/** A click on a value, another value, Enter. */
async function write(editor: EditorPage, id: string, input: string, text: string): Promise<void> {
  await editor.click({ kind: 'widget', id, input })
  const field = editor.page.locator('.value-over input, .value-over textarea').first()
  await field.waitFor()
  await field.fill(text)
  await editor.press(await field.evaluate((element) => element.tagName) === 'TEXTAREA' ? 'Escape' : 'Enter')
}

describeInBrowser('an empty canvas', (open) => {
  test('becomes text to video by the mouse alone, and runs', async () => {
    const editor = await open()
    await editor.page.getByRole('button', { name: 'New workflow' }).click()
    await editor.until('the canvas is empty', ({ document }) => document.value.workflow.value.nodes.length === 0)
    await editor.page.getByRole('button', { name: 'Zoom to 100 %' }).click()
    for (let notch = 0; notch < 3; notch++) await editor.page.getByRole('button', { name: 'Zoom out' }).click()
    await editor.drawn()

    const ids: Record<string, string> = {}
    for (const [index, node] of NODES.entries()) ids[NAMES[index]!] = await addNode(editor, node)
    for (const [from, output, to, input] of LINKS) await editor.link(ids[from]!, output, ids[to]!, input)
    for (const [from, output, to, input] of LINKS) {
      expect((await editor.node(ids[to]!))?.inputs?.[input], `${from} → ${to}.${input}`).toEqual({ from: ids[from], output })
    }

    for (const loader of ['dit', 'text_encoder', 'vae']) await write(editor, ids[loader]!, 'model', 'tiny-shapes-64')
    await write(editor, ids['motion']!, 'motion_module', 'tiny_shapes_mm')
    for (const [input, value] of [['width', '64'], ['height', '64'], ['frames', '16']] as const) await write(editor, ids['latent']!, input, value)
    await write(editor, ids['sampler']!, 'steps', '4')
    await write(editor, ids['positive']!, 'text', 'a small red circle moves to the right on a dark blue background')
    await editor.until('nothing is wrong with it', ({ document }) => document.value.problems.value.length === 0, 10)

    await editor.page.getByRole('button', { name: 'Run', exact: true }).click()
    await editor.page.waitForFunction((save) => {
      const { runs, document } = globalThis.kinograph!.session
      return runs.picture(document.value).value.media.get(save)?.kind === 'video'
    }, ids['save']!, { timeout: 120_000 })
    await editor.fit()
    expect(await framesSeen(editor, ids['save']!, 4)).toBeGreaterThanOrEqual(4)
    expect((await editor.node(ids['positive']!))?.inputs?.['text']).toBe('a small red circle moves to the right on a dark blue background')
  })

  test('an empty canvas says how to begin, in no way of the mouse', async () => {
    const editor = await open()
    const way = editor.page.getByText('Nothing here yet')
    expect(await way.count()).toBe(0)
    await editor.command('file.new')
    await way.waitFor()
    const { x, y, width, height } = (await way.boundingBox())!
    await editor.page.mouse.dblclick(x + width / 2, y + height / 2)
    await editor.page.locator('.node-search').getByRole('combobox').waitFor()
    await editor.page.keyboard.type('empty latent')
    await editor.page.locator('.node-search').getByRole('option').first().click()
    await way.waitFor({ state: 'detached' })
  })
})
