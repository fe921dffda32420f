/** The canvas under fingers: Chromium's own touch events, not pointer events made up in the page. */
import type { CDPSession } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

const GRAPH: Workflow = {
  version: 1,
  nodes: [
    { id: 'latent', type: 'EmptyLatent', inputs: { width: 64, height: 64, frames: 16 }, position: [0, 0] },
    { id: 'sampler', type: 'Sampler', inputs: { steps: 20 }, position: [420, 0] },
  ],
}

type Finger = readonly [x: number, y: number]

/** Fingers go down, along their ways in steps, and up. */
async function touch(page: EditorPage, ways: readonly (readonly [Finger, Finger])[], { hold = 0 } = {}): Promise<void> {
  const cdp: CDPSession = await page.page.context().newCDPSession(page.page)
  const points = (share: number) => ways.map(([a, b], id) => ({ x: a[0] + (b[0] - a[0]) * share, y: a[1] + (b[1] - a[1]) * share, id }))
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points(0) })
  await page.page.waitForTimeout(hold)
  for (const share of [0.1, 0.3, 0.6, 1]) await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: points(share) })
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await page.drawn()
  await cdp.detach()
}

const view = (page: EditorPage) => page.page.evaluate(() => globalThis.kinograph!.session.canvas.value!.view)

describeInBrowser('fingers on the canvas', (open) => {
  test('one pans, and drags a node', async () => {
    const page = await open({ workflow: GRAPH, hasTouch: true })
    const before = await view(page)
    const [x, y, width, height] = await page.place({ kind: 'canvas' })
    const nothing: Finger = [x + width / 2, y + height - 60]
    await touch(page, [[nothing, [nothing[0] + 50, nothing[1] - 30]]])
    const panned = await view(page)
    expect(Math.round((panned.offset[0] - before.offset[0]) * before.scale)).toBe(50)
    const title = await page.titleOf('sampler')
    await touch(page, [[title, [title[0] + 40, title[1] + 40]]])
    expect((await page.node('sampler'))!.position![0]).toBeGreaterThan(430)
    expect(await view(page)).toEqual(panned)
  })

  test('two zoom by how far they part', async () => {
    const page = await open({ workflow: GRAPH, hasTouch: true })
    await page.page.evaluate(() => globalThis.kinograph!.session.canvas.value!.setView({ offset: [300, 300], scale: 0.5 }))
    await page.drawn()
    const [x, y, width, height] = await page.place({ kind: 'canvas' })
    const [cx, cy] = [x + width / 2, y + height / 2]
    await touch(page, [[[cx - 50, cy], [cx - 150, cy]], [[cx + 50, cy], [cx + 150, cy]]])
    const { scale } = await view(page)
    expect(scale).toBeGreaterThan(1.3)
    expect(scale).toBeLessThan(1.7)
    expect((await page.workflow()).nodes).toEqual(GRAPH.nodes)
  })

  test('one draws a link from a socket, which is larger for a finger', async () => {
    const page = await open({ workflow: GRAPH, hasTouch: true })
    const [fx, fy] = await page.middle({ kind: 'output', id: 'latent', output: 'latent' })
    const to = await page.middle({ kind: 'input', id: 'sampler', input: 'latent' })
    await touch(page, [[[fx + 10, fy], to]])
    expect((await page.node('sampler'))!.inputs!['latent']).toEqual({ from: 'latent', output: 'latent' })
  })

  test('one that rests opens the menu of what it rests on', async () => {
    const page = await open({ workflow: GRAPH, hasTouch: true })
    const title = await page.titleOf('sampler')
    await touch(page, [[title, title]], { hold: 700 })
    await page.page.getByRole('menu').waitFor()
    expect(await page.page.evaluate(() => [...globalThis.kinograph!.session.document.value.selection.value.nodes])).toEqual(['sampler'])
  })
})
