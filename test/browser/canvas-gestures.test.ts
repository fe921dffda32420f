/** What a hand does to the graph on the canvas: each gesture ends in the workflow that it should. */
import { expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

/** Two prompts, an empty latent and a sampler that takes the first prompt; a group around the prompts. */
const GRAPH: Workflow = {
  version: 1,
  nodes: [
    { id: 'positive', type: 'TextEncode', inputs: { text: 'a red circle' }, position: [0, 40] },
    { id: 'negative', type: 'TextEncode', inputs: { text: '' }, position: [0, 300] },
    { id: 'latent', type: 'EmptyLatent', inputs: { width: 64, height: 64, frames: 16 }, position: [0, 580] },
    {
      id: 'sampler', type: 'Sampler', position: [420, 40],
      inputs: { positive: { from: 'positive', output: 'conditioning' }, steps: 20, seed: 43, guidance: 2, scheduler: 'DPM++' },
    },
    { id: 'decode', type: 'VAEDecode', inputs: { samples: { from: 'sampler', output: 'latent' } }, position: [820, 40] },
  ],
  groups: [{ title: 'Prompts', bounds: [-40, -40, 340, 560] }],
}

/** Nothing lies there. */
const empty = async (page: EditorPage): Promise<[number, number]> => {
  const [x, y, width, height] = await page.place({ kind: 'canvas' })
  return [x + width / 2 + 120, y + height - 90]
}

const view = (page: EditorPage) => page.page.evaluate(() => globalThis.kinograph!.session.canvas.value!.view)
const selected = (page: EditorPage) => page.page.evaluate(() => [...globalThis.kinograph!.session.document.value.selection.value.nodes].toSorted())
const inputs = async (page: EditorPage, id: string) => (await page.node(id))!.inputs ?? {}
const by = ([x, y]: readonly [number, number], dx: number, dy: number): [number, number] => [x + dx, y + dy]

/** With keys held. */
async function holding(page: EditorPage, key: string, does: () => Promise<void>): Promise<void> {
  await page.page.keyboard.down(key)
  try {
    await does()
  } finally {
    await page.page.keyboard.up(key)
  }
}

describeInBrowser('the view', (open) => {
  test('follows a drag over nothing, the middle button, and a drag with the space bar over a node', async () => {
    const page = await open({ workflow: GRAPH })
    const start = await view(page)
    const from = await empty(page)
    await page.drag(from, by(from, 60, -40))
    const panned = await view(page)
    expect([panned.offset[0] - start.offset[0], panned.offset[1] - start.offset[1]].map((units) => Math.round(units * start.scale))).toEqual([60, -40])
    await page.drag(await page.titleOf('sampler'), by(await page.titleOf('sampler'), 30, 30), { button: 'middle' })
    await holding(page, 'Space', async () => page.drag(await page.titleOf('sampler'), by(await page.titleOf('sampler'), 30, 30)))
    const again = await view(page)
    expect(Math.round((again.offset[0] - panned.offset[0]) * start.scale)).toBe(60)
    expect((await page.node('sampler'))!.position).toEqual([420, 40])
  })

  test('zooms around the pointer with the wheel and with a pinch on a touchpad', async () => {
    const page = await open({ workflow: GRAPH })
    const before = await view(page)
    const [x, y] = await page.titleOf('decode')
    await page.page.mouse.move(x, y)
    await page.page.mouse.wheel(0, -200)
    await page.drawn()
    const near = await view(page)
    expect(near.scale).toBeGreaterThan(before.scale)
    expect(Math.abs((await page.titleOf('decode'))[0] - x)).toBeLessThan(60)
    await holding(page, 'Control', () => page.page.mouse.wheel(0, 40))
    await page.drawn()
    expect((await view(page)).scale).toBeLessThan(near.scale)
  })

  test('shows everything when it is fitted', async () => {
    const page = await open({ workflow: GRAPH })
    const [x, y] = await empty(page)
    await page.page.mouse.move(x, y)
    await page.page.mouse.wheel(0, -1500)
    await page.fit()
    const [left, top, width, height] = await page.place({ kind: 'canvas' })
    for (const id of ['positive', 'latent', 'decode']) {
      const [nx, ny, nw, nh] = await page.place({ kind: 'node', id })
      expect([nx >= left, ny >= top, nx + nw <= left + width, ny + nh <= top + height], id).toEqual([true, true, true, true])
    }
  })
})

describeInBrowser('nodes under the hand', (open) => {
  test('are selected one by one, more with Shift or Ctrl, in a rectangle, and not at all', async () => {
    const page = await open({ workflow: GRAPH })
    await page.click({ kind: 'node', id: 'sampler' })
    expect(await selected(page)).toEqual(['sampler'])
    await page.click({ kind: 'node', id: 'decode' }, { modifiers: ['Shift'] })
    expect(await selected(page)).toEqual(['decode', 'sampler'])
    await page.click({ kind: 'node', id: 'sampler' }, { modifiers: ['Control'] })
    expect(await selected(page)).toEqual(['decode'])
    await page.clickAt(...await empty(page))
    expect(await selected(page)).toEqual([])
    const [x, y, width] = await page.place({ kind: 'node', id: 'decode' })
    const [sx, sy] = await page.place({ kind: 'node', id: 'sampler' })
    await holding(page, 'Shift', () => page.drag([x + width + 12, y - 12], [sx + 20, sy + 20]))
    expect(await selected(page)).toEqual(['decode', 'sampler'])
  })

  test('stay where they are when a rectangle begins on one of them, with Ctrl held', async () => {
    const page = await open({ workflow: GRAPH })
    const to = await page.titleOf('decode')
    await holding(page, 'Control', async () => page.drag(await page.titleOf('sampler'), to))
    expect(await selected(page)).toEqual(['decode', 'sampler'])
    expect((await page.node('sampler'))!.position).toEqual([420, 40])
  })

  test('are moved together by exactly what the pointer moved, as one step of undo', async () => {
    const page = await open({ workflow: GRAPH })
    await page.select('sampler', 'decode')
    const { scale } = await view(page)
    const from = await page.titleOf('sampler')
    await page.drag(from, by(from, 40, 60))
    const moved = [40, 60].map((pixels) => pixels / scale)
    for (const [id, [x, y]] of [['sampler', [420, 40]], ['decode', [820, 40]]] as const) {
      const { position } = (await page.node(id))!
      expect(Math.abs(position![0] - x - moved[0]!), id).toBeLessThan(1)
      expect(Math.abs(position![1] - y - moved[1]!), id).toBeLessThan(1)
    }
    await page.command('edit.undo')
    expect((await page.workflow()).nodes.map(({ position }) => position)).toEqual(GRAPH.nodes.map(({ position }) => position))
  })

  test('leave a copy where Alt pulls it, with its links, as one step of undo', async () => {
    const page = await open({ workflow: GRAPH })
    const { scale } = await view(page)
    const from = await page.titleOf('sampler')
    await holding(page, 'Alt', () => page.drag(from, by(from, 40, 80)))
    await expect.poll(async () => (await page.workflow()).nodes.length).toBe(GRAPH.nodes.length + 1)
    const copy = (await page.workflow()).nodes.at(-1)!
    expect(copy).toMatchObject({ type: 'Sampler', inputs: { positive: { from: 'positive' } } })
    expect(Math.abs(copy.position![0] - 420 - 40 / scale)).toBeLessThan(1)
    expect(Math.abs(copy.position![1] - 40 - 80 / scale)).toBeLessThan(1)
    expect((await page.node('sampler'))!.position).toEqual([420, 40])
    expect(await selected(page)).toEqual([copy.id])
    await page.command('edit.undo')
    expect((await page.workflow()).nodes).toHaveLength(GRAPH.nodes.length)
  })

  test('go on beyond the edge of what is seen', async () => {
    const page = await open({ workflow: GRAPH })
    const start = await view(page)
    const [left, top, width, height] = await page.place({ kind: 'canvas' })
    const [x, y] = await page.titleOf('decode')
    await page.page.mouse.move(x, y)
    await page.page.mouse.down()
    await page.page.mouse.move(left + width - 60, top + height / 2)
    await page.page.mouse.move(left + width - 3, top + height / 2)
    await expect.poll(async () => (await view(page)).offset[0]).toBeLessThan(start.offset[0] - 100)
    await page.page.mouse.up()
    await page.drawn()
    const there = (await view(page)).offset[0]
    expect((await page.node('decode'))!.position![0] - 820).toBeGreaterThan(start.offset[0] - there)
    await page.drawn()
    expect((await view(page)).offset[0]).toBe(there)
  })

  test('snap to the grid while Shift is held', async () => {
    const page = await open({ workflow: GRAPH })
    const from = await page.titleOf('decode')
    await holding(page, 'Shift', () => page.drag(from, by(from, 37, 43)))
    const [x, y] = (await page.node('decode'))!.position!
    expect([x % 20, y % 20]).toEqual([0, 0])
    expect([x, y]).not.toEqual([820, 40])
  })

  test('stay where they are when the drag is given up with Escape', async () => {
    const page = await open({ workflow: GRAPH })
    const from = await page.titleOf('decode')
    const before = await page.place({ kind: 'node', id: 'decode' })
    await page.drag(from, by(from, 80, 80), { during: () => page.press('Escape') })
    expect((await page.node('decode'))!.position).toEqual([820, 40])
    expect(await page.place({ kind: 'node', id: 'decode' })).toEqual(before)
  })

  test('are made larger at their corner, and never smaller than what is in them', async () => {
    const page = await open({ workflow: GRAPH })
    const corner = async (): Promise<[number, number]> => {
      const [x, y, width, height] = await page.place({ kind: 'node', id: 'positive' })
      return [x + width - 4, y + height - 4]
    }
    await page.drag(await corner(), by(await corner(), 50, 40))
    const large = (await page.node('positive'))!.size!
    await page.drag(await corner(), by(await corner(), -600, -600))
    const small = (await page.node('positive'))!.size!
    expect(small[0]).toBeLessThan(large[0])
    expect(small[0]).toBeGreaterThanOrEqual(140)
    expect(small[1]).toBeGreaterThan(60)
  })

  test('fold and unfold at their triangle', async () => {
    const page = await open({ workflow: GRAPH })
    const fold = async () => {
      const [x, y] = await page.place({ kind: 'node', id: 'sampler' })
      await page.clickAt(x + 8, y + 8)
    }
    const [, , , open1] = await page.place({ kind: 'node', id: 'sampler' })
    await fold()
    const [, , , folded] = await page.place({ kind: 'node', id: 'sampler' })
    expect(folded).toBeLessThan(open1 / 3)
    expect((await page.node('sampler'))!.extra).toMatchObject({ editor: { collapsed: true } })
    await fold()
    expect((await page.place({ kind: 'node', id: 'sampler' }))[3]).toBe(open1)
  })

  test('move with their group; a group is made larger alone', async () => {
    const page = await open({ workflow: GRAPH })
    const title = await page.middle({ kind: 'group', index: 0 })
    await page.drag(title, by(title, 30, 10))
    const { nodes, groups } = await page.workflow()
    const moved = groups![0]!.bounds[0] + 40
    expect(moved).toBeGreaterThan(0)
    expect(nodes.find(({ id }) => id === 'positive')!.position![0]).toBe(moved)
    expect(nodes.find(({ id }) => id === 'sampler')!.position).toEqual([420, 40])
    const [x, y, width] = await page.place({ kind: 'group', index: 0 })
    const { scale } = await view(page)
    const corner: [number, number] = [x + width - 3, y + 560 * scale - 3]
    await page.drag(corner, by(corner, 20, 20))
    const after = await page.workflow()
    expect(after.groups![0]!.bounds[2]).toBeGreaterThan(340)
    expect(after.nodes).toEqual(nodes)
  })
})

describeInBrowser('links under the hand', (open) => {
  test('are drawn from an output to an input, and from an input to an output', async () => {
    const page = await open({ workflow: GRAPH })
    await page.link('negative', 'conditioning', 'sampler', 'negative')
    await page.drag(await page.middle({ kind: 'input', id: 'sampler', input: 'latent' }), await page.middle({ kind: 'output', id: 'latent', output: 'latent' }))
    expect(await inputs(page, 'sampler')).toMatchObject({ negative: { from: 'negative', output: 'conditioning' }, latent: { from: 'latent', output: 'latent' } })
  })

  test('dropped on a node go to the first input that fits and is free', async () => {
    const page = await open({ workflow: GRAPH })
    await page.drag(await page.middle({ kind: 'output', id: 'negative', output: 'conditioning' }), await page.titleOf('sampler'))
    expect(await inputs(page, 'sampler')).toMatchObject({ positive: { from: 'positive' }, negative: { from: 'negative' } })
  })

  test('are taken by their end to another input, or off', async () => {
    const page = await open({ workflow: GRAPH })
    await page.drag(await page.middle({ kind: 'input', id: 'sampler', input: 'positive' }), await page.middle({ kind: 'input', id: 'sampler', input: 'negative' }))
    const moved = await inputs(page, 'sampler')
    expect(moved).toMatchObject({ negative: { from: 'positive', output: 'conditioning' } })
    expect(moved).not.toHaveProperty('positive')
    await page.drag(await page.middle({ kind: 'input', id: 'sampler', input: 'negative' }), await empty(page))
    expect(await inputs(page, 'sampler')).not.toHaveProperty('negative')
  })

  test('all go to another output with Shift, as one step of undo', async () => {
    const page = await open({ workflow: GRAPH })
    await page.link('positive', 'conditioning', 'sampler', 'negative')
    const from = await page.middle({ kind: 'output', id: 'positive', output: 'conditioning' })
    const to = await page.middle({ kind: 'output', id: 'negative', output: 'conditioning' })
    await holding(page, 'Shift', () => page.drag(from, to))
    expect(await inputs(page, 'sampler')).toMatchObject({ positive: { from: 'negative' }, negative: { from: 'negative' } })
    await page.command('edit.undo')
    expect(await inputs(page, 'sampler')).toMatchObject({ positive: { from: 'positive' }, negative: { from: 'positive' } })
  })

  test('are refused with the reason while they are held over what does not fit', async () => {
    const page = await open({ workflow: GRAPH })
    let said = await page.page.locator('body').innerText()
    expect(said).not.toContain('CONDITIONING')
    await page.drag(await page.middle({ kind: 'output', id: 'latent', output: 'latent' }), await page.middle({ kind: 'input', id: 'sampler', input: 'positive' }), {
      during: async () => { said = await page.page.locator('body').innerText() },
    })
    expect(said).toContain('LATENT')
    expect(said).toContain('CONDITIONING')
    expect((await inputs(page, 'sampler'))['positive']).toEqual({ from: 'positive', output: 'conditioning' })
  })

  test('get a reroute where they are double clicked, or pulled with Alt', async () => {
    const page = await open({ workflow: GRAPH })
    const [x, y] = await page.middle({ kind: 'link', to: 'decode', input: 'samples' })
    await page.page.mouse.dblclick(x, y)
    await page.drawn()
    const rerouted = (await page.workflow()).nodes.find(({ type }) => type === 'Reroute')!
    expect((await inputs(page, 'decode'))['samples']).toMatchObject({ from: rerouted.id })
    const middle = await page.middle({ kind: 'link', to: 'sampler', input: 'positive' })
    await holding(page, 'Alt', () => page.drag(middle, by(middle, 5, 40)))
    const reroutes = (await page.workflow()).nodes.filter(({ type }) => type === 'Reroute')
    expect(reroutes).toHaveLength(2)
    expect((await inputs(page, 'sampler'))['positive']).toMatchObject({ from: reroutes.find(({ id }) => id !== rerouted.id)!.id })
  })

  test('dropped on nothing ask for a node', async () => {
    const page = await open({ workflow: GRAPH })
    await page.drag(await page.middle({ kind: 'output', id: 'sampler', output: 'latent' }), await empty(page))
    await page.page.getByRole('combobox').first().waitFor()
    await page.press('Escape')
    expect((await page.workflow()).nodes).toHaveLength(GRAPH.nodes.length)
  })
})

describeInBrowser('widgets under the hand', (open) => {
  test('arrows step, drags count, toggles turn, dice roll', async () => {
    const page = await open({ workflow: GRAPH })
    const [x, y, width, height] = await page.place({ kind: 'widget', id: 'sampler', input: 'steps' })
    const { scale } = await view(page)
    await page.clickAt(x + width + 10 * scale, y + height / 2)
    expect((await inputs(page, 'sampler'))['steps']).toBe(21)
    await page.clickAt(x - 10 * scale, y + height / 2)
    await page.clickAt(x - 10 * scale, y + height / 2)
    expect((await inputs(page, 'sampler'))['steps']).toBe(19)
    await page.drag([x + 20, y + height / 2], [x + 80, y + height / 2])
    expect((await inputs(page, 'sampler'))['steps']).toBeGreaterThan(19)
    await page.click({ kind: 'widget', id: 'positive', input: 'clean' })
    expect((await inputs(page, 'positive'))['clean']).toBe(false)
    const [sx, sy, swidth, sheight] = await page.place({ kind: 'widget', id: 'sampler', input: 'seed' })
    await page.clickAt(sx + swidth + 10 * scale, sy + sheight / 2)
    expect((await inputs(page, 'sampler'))['seed']).toBe('random')
  })

  test('a click on a value opens its editor over it, and what is typed is the value', async () => {
    const page = await open({ workflow: GRAPH })
    await page.click({ kind: 'widget', id: 'sampler', input: 'steps' })
    await page.page.keyboard.press('Control+a')
    await page.page.keyboard.type('7')
    await page.press('Enter')
    expect((await inputs(page, 'sampler'))['steps']).toBe(7)
  })
})
