import { expect, test } from 'vitest'
import { clearQueue, eventually, LONG, openQuiet, pictureOf, queueOf, runToEnd, SHORT, textToVideo } from './run-support.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

/** One that runs for long, and others behind it: their ids in the order in which they were queued. */
async function queueMany(editor: EditorPage, count: number): Promise<string[]> {
  for (let queued = 0; queued <= count; queued++) await editor.press('Control+Enter')
  await editor.page.waitForFunction((many) => {
    const { running, queued } = globalThis.kinograph!.session.runs.queue.value
    return running.length === 1 && queued.length === many
  }, count)
  return (await queueOf(editor)).queued
}

const rows = (editor: EditorPage) => editor.page.locator('[data-list=waiting] > li')
const shown = (editor: EditorPage) => rows(editor).evaluateAll((all) => all.map((row) => row.getAttribute('data-job')))

describeInBrowser('the queue', (open) => {
  test('says what runs and how far it is; this one is cancelled, the others go on', async () => {
    const editor = await openQuiet(open, textToVideo(LONG))
    const [next] = await queueMany(editor, 2)
    await editor.press('q')
    const running = editor.page.locator('[data-list=running] > li')
    await eventually(() => running.innerText()).toMatch(/Sampler: step \d+ of 1000, .* left/)
    await running.getByRole('button', { name: 'Cancel Clip of 1000 steps' }).click()
    await editor.page.waitForFunction((id) => globalThis.kinograph!.session.runs.queue.value.running[0]?.id === id, next)
    expect((await queueOf(editor)).queued).toHaveLength(1)
    await editor.until('the cancelled one is told as such', ({ runs }) => runs.queue.value.ended[0]?.state === 'cancelled')
    await clearQueue(editor)
  })

  test('is put into another order with buttons and by dragging, and one of it is cancelled', async () => {
    const editor = await openQuiet(open, textToVideo(LONG))
    const [a, b, c, d] = await queueMany(editor, 4)
    await editor.press('q')
    await eventually(() => shown(editor)).toEqual([a, b, c, d])
    await rows(editor).nth(2).getByRole('button', { name: /to the front$/ }).click()
    await eventually(() => shown(editor)).toEqual([c, a, b, d])
    await rows(editor).nth(1).getByRole('button', { name: /down$/ }).click()
    await eventually(() => shown(editor)).toEqual([c, b, a, d])
    await rows(editor).nth(3).getByRole('button', { name: /up$/ }).click()
    await eventually(() => shown(editor)).toEqual([c, b, d, a])
    await rows(editor).nth(3).dragTo(rows(editor).nth(1), { targetPosition: { x: 20, y: 4 } })
    await eventually(() => shown(editor)).toEqual([c, a, b, d])
    await rows(editor).nth(0).dragTo(rows(editor).nth(3), { targetPosition: { x: 20, y: 30 } })
    await eventually(() => shown(editor)).toEqual([a, b, d, c])
    await rows(editor).nth(1).getByRole('button', { name: /^Cancel/ }).click()
    await eventually(() => shown(editor)).toEqual([a, d, c])
    const { queued } = await editor.server.json('/api/queue/state') as { queued: { id: string }[] }
    expect(queued.map(({ id }) => id)).toEqual([a, d, c])
    await clearQueue(editor)
  })

  test('pauses and goes on; all that wait are cancelled after a question', async () => {
    const editor = await openQuiet(open, textToVideo(SHORT))
    await editor.press('q')
    await editor.page.getByRole('button', { name: 'Pause' }).click()
    await editor.page.getByText('Paused: what runs goes on').waitFor()
    await editor.press('Control+Enter')
    await editor.press('Control+Enter')
    await eventually(() => rows(editor).count()).toBe(2)
    expect((await queueOf(editor)).running).toEqual([])
    await editor.page.getByRole('button', { name: 'Cancel all waiting' }).click()
    await editor.page.getByRole('dialog').getByRole('button').last().click()
    await eventually(() => rows(editor).count()).toBe(0)
    await editor.press('Control+Enter')
    await editor.page.getByRole('button', { name: 'Resume' }).click()
    await editor.until('what waited is done', (session) => session.runs.shown(session.document.value).value?.job.state === 'done')
  })

  test('a batch is queued by one press, each run with a seed of its own; its results are seen one after the other', async () => {
    const editor = await openQuiet(open, textToVideo(SHORT))
    await editor.page.getByLabel('Runs per press').fill('3')
    await editor.page.getByLabel('Runs per press').press('Enter')
    await editor.press('Control+Enter')
    await editor.until('all three are done', ({ runs, document }) => runs.queue.value.ended.filter(({ client, state }) => client === document.value.id && state === 'done').length === 3)
    const seeds = await editor.page.evaluate(async () => {
      const { client, runs } = globalThis.kinograph!.session
      return Promise.all(runs.queue.value.ended.slice(0, 3).map(async ({ id }) => (await client.jobs.get(id)).result!.seeds[0]!.value))
    })
    expect(new Set(seeds).size).toBe(3)
    expect((await editor.node('sampler'))?.inputs?.['seed']).toBe('random')
    await editor.until('the last is shown', ({ runs, document }) => document.value.job.value === runs.queue.value.ended[0]?.id)
    expect((await pictureOf(editor)).media['save']).toBe('video')
    await editor.page.evaluate(() => globalThis.kinograph!.session.changeSettings({ batch: 1 }))
  })

  test('a seed that counts on does so after each run', async () => {
    const editor = await openQuiet(open, textToVideo(SHORT))
    await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'sampler', input: 'seed', value: 'increment 7' }]))
    await runToEnd(editor)
    expect((await editor.node('sampler'))?.inputs?.['seed']).toBe('increment 8')
  })

  test('auto-queue runs again when something has changed, and only then', async () => {
    const editor = await openQuiet(open, textToVideo(SHORT, 1))
    await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'sampler', input: 'seed', value: 'increment 1' }]))
    await editor.command('run.autoChange')
    const own = () => editor.page.evaluate(() => {
      const { runs, document } = globalThis.kinograph!.session
      const { running, queued, ended } = runs.queue.value
      return [...running, ...queued, ...ended].filter(({ client }) => client === document.value.id).length
    })
    expect(await own()).toBe(0)
    await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'sampler', input: 'guidance', value: 3 }]))
    await eventually(own).toBe(1)
    await editor.until('the seed counted on', ({ document }) => document.value.workflow.value.nodes.some(({ inputs }) => inputs?.['seed'] === 'increment 2'))
    await editor.page.waitForTimeout(1500) // that is no change of the person's
    expect(await own()).toBe(1)
    await editor.page.evaluate(() => {
      for (const guidance of [4, 5, 6]) globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'sampler', input: 'guidance', value: guidance }])
    })
    await eventually(own).toBe(2)
    await editor.until('both are done', ({ runs, document }) => runs.queue.value.ended.filter(({ client }) => client === document.value.id).length === 2)
    await editor.command('run.autoOff')
    await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'sampler', input: 'guidance', value: 7 }]))
    await editor.page.waitForTimeout(1500)
    expect(await own()).toBe(2)
  })

  test('instant auto-queue runs on by itself until it is switched off', async () => {
    const editor = await openQuiet(open, textToVideo(SHORT))
    await editor.command('run.autoInstant')
    await editor.press('Control+Enter')
    await editor.until('three have ended', ({ runs, document }) => runs.queue.value.ended.filter(({ client }) => client === document.value.id).length >= 3)
    await editor.command('run.autoOff')
    await clearQueue(editor)
  })

  test('a run up to a node shows what comes out there, and makes nothing else', async () => {
    const editor = await openQuiet(open, textToVideo(SHORT))
    await editor.select('decode')
    await editor.command('run.toNode')
    await editor.until('it is done', (session) => session.runs.shown(session.document.value).value?.job.state === 'done')
    const { activity, media } = await pictureOf(editor)
    expect([media['decode'], media['save'], activity['save']]).toEqual(['image', undefined, undefined])
  })
})
