/** What the canvas shows, and that it owns nothing: what others change comes in, what is refused goes back. */
import { expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

const PAIR: Workflow = {
  version: 1,
  nodes: [
    { id: 'latent', type: 'EmptyLatent', inputs: { width: 64 }, position: [0, 0] },
    { id: 'decode', type: 'VAEDecode', inputs: { samples: { from: 'latent', output: 'latent' } }, position: [420, 0] },
  ],
}

const NESTED: Workflow = {
  version: 1,
  nodes: [{ id: 'inner', type: 'subgraph:s', title: 'Make a latent', position: [0, 0] }],
  subgraphs: [{
    id: 's', name: 'Make a latent', inputs: [], outputs: [],
    nodes: [{ id: 'latent', type: 'EmptyLatent', inputs: { width: 64 }, position: [300, 0] }],
  }],
}

/** The share of pixels in an area of the canvas that have this colour, more or less. */
async function shareOf(page: EditorPage, area: readonly [number, number, number, number], [r, g, b]: readonly [number, number, number]): Promise<number> {
  return page.page.evaluate(([[x, y, width, height], wanted]) => {
    const canvas = document.querySelector<HTMLCanvasElement>('.canvas-host canvas')!
    const { left, top } = canvas.getBoundingClientRect()
    const ratio = window.devicePixelRatio
    const { data } = canvas.getContext('2d')!.getImageData((x - left) * ratio, (y - top) * ratio, Math.max(1, width * ratio), Math.max(1, height * ratio))
    let count = 0
    for (let at = 0; at < data.length; at += 4) if (wanted.every((value, channel) => Math.abs(data[at + channel]! - value) < 24)) count++
    return count / (data.length / 4)
  }, [area, [r, g, b]] as const)
}

describeInBrowser('the canvas follows the document', (open) => {
  test('what changes during a drag waits for its end; both come true', async () => {
    const page = await open({ workflow: PAIR })
    const [x, y] = await page.titleOf('decode')
    await page.drag([x, y], [x + 40, y + 60], {
      during: () => page.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'add', nodes: [{ id: 'other', type: 'EmptyLatent', position: [0, 500] }] }])),
    })
    expect((await page.node('decode'))!.position).not.toEqual([420, 0])
    expect(await page.node('other')).toBeDefined()
    await page.place({ kind: 'node', id: 'other' })
  })

  test('a move that the document refuses is taken back', async () => {
    const page = await open({ workflow: PAIR })
    const [x, y] = await page.titleOf('decode')
    const before = await page.place({ kind: 'node', id: 'decode' })
    await page.drag([x, y], [x + 40, y + 60], {
      during: () => page.page.evaluate(() => {
        globalThis.kinograph!.session.document.value.edit = () => { throw new Error('not now') }
      }),
    })
    await page.drawn()
    expect((await page.node('decode'))!.position).toEqual([420, 0])
    expect(await page.place({ kind: 'node', id: 'decode' })).toEqual(before)
  })

  test('removed nodes are no longer selected', async () => {
    const page = await open({ workflow: PAIR })
    await page.select('latent', 'decode')
    await page.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'remove', nodes: ['latent'] }]))
    await page.until('the selection has forgotten it', ({ document }) => document.value.selection.value.nodes.size === 1)
    expect(await page.page.evaluate(() => [...globalThis.kinograph!.session.canvas.value!.selection.nodes])).toEqual(['decode'])
  })

  test('two documents with the same ids keep their own selection', async () => {
    const page = await open({ workflow: PAIR })
    await page.select('decode')
    await page.openWorkflow(PAIR)
    await page.select('latent')
    const [first, second] = await page.page.evaluate(() => globalThis.kinograph!.session.documents.value.slice(-2).map(({ id }) => id))
    const selectedIn = async (id: string) => {
      await page.page.evaluate((shown) => globalThis.kinograph!.session.show(shown), id)
      await page.drawn()
      return page.page.evaluate(() => [...globalThis.kinograph!.session.canvas.value!.selection.nodes])
    }
    expect(await selectedIn(first!)).toEqual(['decode'])
    expect(await selectedIn(second!)).toEqual(['latent'])
  })
})

describeInBrowser('subgraphs on the canvas', (open) => {
  test('are entered by a double click on their title; a link from the border promotes an input', async () => {
    const page = await open({ workflow: NESTED })
    const [x, y] = await page.titleOf('inner')
    await page.page.mouse.dblclick(x, y)
    await page.until('the subgraph is shown', ({ document }) => document.value.path.value[0] === 'inner')
    await page.fit()
    await page.drag(await page.middle({ kind: 'output', id: '$inputs', output: '' }), await page.middle({ kind: 'input', id: 'latent', input: 'width' }))
    const { subgraphs } = await page.workflow()
    expect(subgraphs![0]!.inputs.map(({ name }) => name)).toEqual(['width'])
    expect(subgraphs![0]!.nodes[0]!.inputs!['width']).toEqual({ from: '$inputs', output: 'width' })
    await page.drag(await page.middle({ kind: 'output', id: 'latent', output: 'latent' }), await page.middle({ kind: 'input', id: '$outputs', input: '' }))
    expect((await page.workflow()).subgraphs![0]!.outputs).toMatchObject([{ from: 'latent', output: 'latent' }])
  })
})

describeInBrowser('pictures in nodes', (open) => {
  test('previews move and are drawn in their node', async () => {
    const page = await open({ workflow: PAIR })
    await page.page.evaluate(() => {
      const frame = (color: string) => {
        const canvas = new OffscreenCanvas(32, 32)
        const context = canvas.getContext('2d')!
        context.fillStyle = color
        context.fillRect(0, 0, 32, 32)
        return canvas.transferToImageBitmap()
      }
      globalThis.kinograph!.session.canvas.value!.setMedia('decode', { kind: 'frames', frames: [frame('rgb(255 0 0)'), frame('rgb(0 0 255)')], fps: 8, width: 32, height: 32 })
    })
    await page.fit()
    const [x, y, width, height] = await page.place({ kind: 'node', id: 'decode' })
    const area = [x + width * 0.25, y + height * 0.6, width * 0.5, height * 0.2] as const
    await expect.poll(() => shareOf(page, area, [255, 0, 0]), { timeout: 20_000, interval: 20 }).toBeGreaterThan(0.9)
    await expect.poll(() => shareOf(page, area, [0, 0, 255]), { timeout: 20_000, interval: 20 }).toBeGreaterThan(0.9)
  })
})
