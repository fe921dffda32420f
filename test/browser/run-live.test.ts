import { expect, test } from 'vitest'
import type { OpenSession } from '../../editor/app/create-session.ts'
import { startServer } from '../server/support.ts'
import { clearQueue, cuttable, LONG, pictureOf, queueOf, SHORT, textToVideo } from './run-support.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

const samples = (editor: EditorPage) => editor.until('pictures are seen while it samples', (session) => {
  const { activity, media } = session.runs.picture(session.document.value).value
  return media.get('sampler')?.kind === 'frames' && /step \d+ of \d+, .+ left/.test(activity.get('sampler')?.text ?? '')
})

describeInBrowser('a run as it is watched', (open) => {
  test('nodes say how far they are, the sampler shows what it makes, and then the video plays in its node', async () => {
    const editor = await open({ workflow: textToVideo(150) })
    await editor.press('Control+Enter')
    await samples(editor)
    const { activity } = await pictureOf(editor)
    expect([activity['dit']?.state, activity['sampler']?.state, activity['save']?.state]).toEqual([expect.stringMatching(/done|cached/), 'running', 'waiting'])
    await editor.until('the video is there', (session) => session.runs.picture(session.document.value).value.media.get('save')?.kind === 'video', 120)
    await editor.until('all nodes are done', (session) => session.runs.shown(session.document.value).value?.job.state === 'done')
    expect((await pictureOf(editor)).activity['save']).toEqual({ state: 'done' })
  })

  test('a reload in the middle of a run shows the same picture: nodes, step, time left, pictures, the jobs that wait', async () => {
    const editor = await open({ workflow: textToVideo(LONG) })
    await editor.press('Control+Enter')
    await editor.press('Control+Enter')
    await samples(editor)
    const [before, jobs] = [await pictureOf(editor), await queueOf(editor)]
    await editor.reload()
    await samples(editor)
    const after = await pictureOf(editor)
    const states = ({ activity }: typeof before) => Object.fromEntries(Object.entries(activity).map(([node, { state }]) => [node, state]))
    expect(states(after)).toEqual(states(before))
    expect(after.media).toEqual(before.media)
    expect(await queueOf(editor)).toEqual(jobs)
    expect(Number(/\d+/.exec(after.activity['sampler']!.text!)![0])).toBeGreaterThanOrEqual(Number(/\d+/.exec(before.activity['sampler']!.text!)![0]))
    await clearQueue(editor)
  })

  test('a run that ended while the page was away is seen at its end', async () => {
    const editor = await open({ workflow: textToVideo(SHORT) })
    await editor.press('Control+Enter')
    await editor.until('it was queued', ({ document }) => document.value.job.value !== undefined)
    const job = await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.job.value!)
    await editor.page.evaluate(() => (globalThis.kinograph!.session as OpenSession).keep()) // the page makes an open one
    await editor.page.goto('about:blank')
    await editor.server.fetch(`/api/jobs/${job}/result?wait=60`)
    await editor.goto()
    await editor.until('its end is shown', (session) => session.runs.picture(session.document.value).value.media.get('save')?.kind === 'video')
    expect((await pictureOf(editor)).activity['save']).toEqual({ state: 'done' })
  })

  test('a dropped connection is told, and comes back by itself: nothing of the run is missed', async () => {
    const server = await startServer()
    const way = await cuttable(server)
    const editor = await open({ server: way.server, workflow: textToVideo(300) })
    editor.expected.push(/ERR_CONNECTION|ERR_EMPTY_RESPONSE|WebSocket/)
    try {
      await editor.press('Control+Enter')
      await samples(editor)
      const cut = way.cut(3000)
      await editor.page.getByText('Not connected').waitFor()
      await cut
      await editor.until('it is connected again', ({ runs }) => runs.connection.value === 'open')
      await editor.until('the end is shown', (session) => session.runs.picture(session.document.value).value.media.get('save')?.kind === 'video', 120)
      expect(Object.values((await pictureOf(editor)).activity).filter(({ state }) => state !== 'done' && state !== 'cached')).toEqual([])
    } finally {
      await editor.close()
      way.close()
      await server.kill()
    }
  })

  test('what the server refuses is told once, stands on its node, and goes with the next change', async () => {
    const editor = await open({ workflow: textToVideo(SHORT) })
    editor.expected.push(/status of 400/)
    await editor.page.evaluate(() => {
      const { document } = globalThis.kinograph!.session
      document.value.edit([{ type: 'set', node: 'save', input: 'codec', value: 'vp9' }, { type: 'set', node: 'save', input: 'format', value: 'mp4' }])
    })
    await editor.press('Control+Enter')
    await editor.until('it is told', ({ dialogs }) => dialogs.toasts.value.some(({ kind }) => kind === 'error'))
    expect((await pictureOf(editor)).activity['save']?.state).toBe('failed')
    await editor.page.getByRole('button', { name: 'Show the node' }).click()
    await editor.until('the node is selected', ({ document }) => document.value.selection.value.nodes.has('save'))
    await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'save', input: 'format', value: 'webm' }]))
    expect((await pictureOf(editor)).activity['save']?.state).not.toBe('failed')
  })
})

describeInBrowser('a run that fails', (open) => {
  test('says why, and leads to the node, which says so too', async () => {
    const { nodes, ...rest } = textToVideo(SHORT)
    const divided = { id: 'divided', type: 'MathExpression', inputs: { expression: '1 / a', a: 0 } }
    const editor = await open({ workflow: { ...rest, nodes: [...nodes, divided, { id: 'shown', type: 'PreviewAny', inputs: { source: { from: 'divided', output: 0 } } }] } })
    await editor.select('shown')
    await editor.command('run.toNode')
    await editor.until('it is told', ({ dialogs }) => dialogs.toasts.value.some(({ kind }) => kind === 'error'))
    await editor.until('its node says so', (session) => session.runs.picture(session.document.value).value.activity.get('divided')?.state === 'failed')
    await editor.page.getByRole('button', { name: 'Show the node' }).click()
    await editor.until('the node is selected', ({ document }) => document.value.selection.value.nodes.has('divided'))
  })
})

describeInBrowser('a server that is killed in the middle of a run', (open) => {
  test('is waited for; the job goes on, and the page shows its end without a reload', async () => {
    const first = await startServer()
    const editor = await open({ server: first, workflow: textToVideo(400) })
    editor.expected.push(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket/)
    await editor.press('Control+Enter')
    await samples(editor)
    const job = await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.job.value!)
    await first.kill()
    await editor.until('the page says so', ({ runs }) => runs.connection.value === 'lost')
    await editor.page.getByText('Not connected').waitFor()
    const second = await first.restart({ args: [`--port=${first.port}`] })
    try {
      await editor.until('it is connected again', ({ runs }) => runs.connection.value === 'open')
      await editor.until('the job goes on', (session) => session.runs.shown(session.document.value).value?.job.attempts === 2)
      await editor.until('it ends', (session) => session.runs.shown(session.document.value).value?.job.state === 'done', 120)
      expect((await pictureOf(editor)).media['save']).toBe('video')
      expect(await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.job.value)).toBe(job)
    } finally {
      await editor.close()
      await second.kill()
    }
  })
})
