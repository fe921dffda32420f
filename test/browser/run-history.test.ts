import { expect, test } from 'vitest'
import { LONG, clearQueue, eventually, openQuiet, runToEnd, SHORT, textToVideo } from './run-support.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

const row = ({ page }: EditorPage, id: string) => page.locator(`.history-row[data-job="${id}"]`)
const tiles = ({ page }: EditorPage) => page.locator('.gallery-tile')
const dialog = ({ page }: EditorPage) => page.locator('.player-dialog')
const position = (editor: EditorPage) => dialog(editor).locator('.transport-position').innerText()

describeInBrowser('what was made', (open) => {
  test('the history says what a job made, from which seed and how long; it is run again, opened, compared and forgotten', async () => {
    const editor = await openQuiet(open, textToVideo(SHORT, 'random', 'First'))
    const job = await runToEnd(editor)
    await editor.command('panel.history')
    const first = row(editor, job)
    await eventually(() => first.innerText()).toMatch(/First\s+Done.*took \d+ s\s*seed \d+/s)
    await eventually(() => first.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)

    await first.getByRole('button', { name: 'Run again' }).click()
    await editor.until('it ran again', ({ runs }) => runs.queue.value.ended.length === 2 && runs.queue.value.ended.every(({ state, title }) => state === 'done' && title === 'First'))

    await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'sampler', input: 'steps', value: 3 }]))
    await first.getByRole('button', { name: 'More for First' }).click()
    await editor.page.getByRole('menuitem', { name: 'Compare with the present graph' }).click()
    await editor.page.getByRole('dialog').getByText('Sampler.steps 2 → 3').waitFor()
    await editor.press('Escape')

    const tabs = await editor.page.evaluate(() => globalThis.kinograph!.session.documents.value.length)
    await first.getByRole('button', { name: 'Open its graph' }).click()
    await editor.until('it is open', ({ document }) => document.value.workflow.value.nodes.find(({ id }) => id === 'sampler')?.inputs?.['steps'] === 2)
    expect(await editor.page.evaluate(() => globalThis.kinograph!.session.documents.value.length)).toBe(tabs + 1)
    await editor.until('it shows what that job made', (session) => session.runs.picture(session.document.value).value.media.get('save')?.kind === 'video')

    await first.getByRole('button', { name: 'More for First' }).click()
    await editor.page.getByRole('menuitem', { name: 'Remove from the history' }).click()
    await eventually(() => first.count()).toBe(0)
    expect((await editor.server.fetch(`/api/jobs/${job}`)).status).toBe(404)
  })

  test('jobs are found by title and by how they ended', async () => {
    const editor = await openQuiet(open, textToVideo(LONG, 'random', 'Given up'))
    await editor.press('Control+Enter')
    await editor.until('it runs', ({ runs }) => runs.queue.value.running.length === 1)
    await clearQueue(editor)
    await editor.openWorkflow(textToVideo(SHORT, 'random', 'Finished'))
    await runToEnd(editor)
    await editor.command('panel.history')
    const rows = editor.page.locator('.history-title')
    await editor.page.getByLabel('Which jobs').selectOption('cancelled')
    await eventually(() => rows.allInnerTexts()).toEqual(['Given up'])
    await editor.page.getByLabel('Which jobs').selectOption('all')
    await editor.page.getByLabel('Filter by title').fill('finish')
    await eventually(() => rows.allInnerTexts()).toEqual(['Finished'])
  })

  test('the gallery has the newest first, and its player steps by frames with buttons and keys', async () => {
    const editor = await openQuiet(open, textToVideo(SHORT))
    await runToEnd(editor)
    await editor.press('g')
    await eventually(() => tiles(editor).first().locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
    const before = await tiles(editor).count()
    await runToEnd(editor)
    await eventually(() => tiles(editor).count()).toBe(before + 1)
    const newest = await editor.page.evaluate(async () => {
      const { client, document } = globalThis.kinograph!.session
      return client.assets.pathOf((await client.jobs.get(document.value.job.value!)).result!.files[0]!)
    })
    expect(await tiles(editor).first().getAttribute('data-path')).toBe(newest)

    await tiles(editor).first().getByRole('button').click()
    await eventually(() => position(editor)).toMatch(/frame \d+ of 16/)
    await dialog(editor).getByRole('button', { name: 'First frame' }).click()
    await eventually(() => position(editor)).toBe('frame 1 of 16 · 0.00 s')
    await editor.press('.')
    await editor.press('ArrowRight')
    await eventually(() => position(editor)).toBe('frame 3 of 16 · 0.25 s')
    await editor.press(',')
    await eventually(() => position(editor)).toBe('frame 2 of 16 · 0.13 s')
    await dialog(editor).getByRole('button', { name: 'One frame back' }).click()
    await dialog(editor).getByRole('button', { name: 'One frame back' }).click()
    await eventually(() => position(editor)).toBe('frame 16 of 16 · 1.88 s') // it loops
    await dialog(editor).getByRole('slider', { name: 'Frame' }).fill('7')
    await eventually(() => position(editor)).toBe('frame 8 of 16 · 0.88 s')
    expect(await shownFrame(editor)).toBe(7)
  })

  test('the player says what a file carries, opens its graph, goes to other files and deletes', async () => {
    const editor = await openQuiet(open, textToVideo(SHORT, 4711))
    await runToEnd(editor)
    await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'sampler', input: 'seed', value: 4712 }]))
    await runToEnd(editor)
    await editor.press('g')
    await eventually(() => tiles(editor).count()).toBeGreaterThanOrEqual(2)
    const [first, second] = await tiles(editor).evaluateAll((all) => all.map((tile) => tile.getAttribute('data-path')!))
    const count = await tiles(editor).count()
    await tiles(editor).first().getByRole('button').click()
    await eventually(() => dialog(editor).innerText()).toMatch(/64 × 64.*16 frames, 8 per second.*sampler\.seed = 4712.*11 nodes/s)
    await editor.press('PageDown')
    await eventually(() => dialog(editor).getByRole('heading').innerText()).toBe(second)
    await editor.press('PageUp')
    await eventually(() => dialog(editor).getByRole('heading').innerText()).toBe(first)
    await dialog(editor).getByText('sampler.seed').waitFor() // nobody reads it any more
    await dialog(editor).getByRole('button', { name: 'Delete' }).click()
    await editor.page.getByRole('dialog').last().getByRole('button', { name: 'Delete' }).click()
    await eventually(() => dialog(editor).getByRole('heading').innerText()).toBe(second)
    expect((await editor.server.fetch(`/api/assets/output/${first}`)).status).toBe(404)
    const tabs = await editor.page.evaluate(() => globalThis.kinograph!.session.documents.value.length)
    await dialog(editor).getByRole('button', { name: 'Open its graph' }).click()
    await editor.page.waitForFunction((many) => globalThis.kinograph!.session.documents.value.length === many + 1, tabs)
    expect((await editor.node('sampler'))?.inputs).toMatchObject({ seed: 4711, steps: SHORT })
    await eventually(() => tiles(editor).count()).toBe(count - 1)
  })

  test('what a node has made opens from the node', async () => {
    const editor = await openQuiet(open, textToVideo(SHORT))
    await runToEnd(editor)
    await editor.select('save')
    await editor.command('node.openMedia')
    await eventually(() => position(editor)).toMatch(/of 16/)
    await editor.press('Escape')
    await eventually(() => dialog(editor).count()).toBe(0)
  })
})

/** Which of the video's frames the picture is, from 0: the one that a video of our own shows at that time. */
function shownFrame({ page }: EditorPage): Promise<number> {
  return page.evaluate(async () => {
    const shown = document.querySelector<HTMLVideoElement>('.player-dialog video')!
    const pixels = (video: HTMLVideoElement): string => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 })
      const context = canvas.getContext('2d')!
      context.drawImage(video, 0, 0)
      return context.getImageData(0, 0, 64, 64).data.join()
    }
    if (shown.seeking) await new Promise((done) => shown.addEventListener('seeked', done, { once: true }))
    const wanted = pixels(shown)
    const other = Object.assign(document.createElement('video'), { src: shown.src, muted: true })
    for (let frame = 0; frame < 16; frame++) {
      await new Promise((done) => {
        other.addEventListener('seeked', done, { once: true })
        other.currentTime = (frame + 0.5) / 8
      })
      if (pixels(other) === wanted) return frame
    }
    return -1
  })
}
