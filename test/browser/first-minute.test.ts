/** What a person has in the first minute: a graph that is ready, one press, and a video. */
import { expect, test } from 'vitest'
import { pictureOf } from './run-support.ts'
import { describeInBrowser } from './support.ts'
import { framesSeen, watchRun, watched } from './watch-run.ts'

const NODES = ['dit', 'text_encoder', 'vae', 'motion', 'positive', 'negative', 'latent', 'sampler', 'decode', 'video', 'save']

describeInBrowser('the first minute', (open) => {
  test('the page opens on a graph that is ready; Ctrl+Enter shows it working, what is being made, and then the video playing in its node', async () => {
    const editor = await open()
    expect(await editor.page.evaluate(() => {
      const { document, view } = globalThis.kinograph!.session
      return { view: view.value, problems: document.value.problems.value, nodes: document.value.scene.value.nodes.map(({ id }) => id) }
    })).toEqual({ view: 'graph', problems: [], nodes: NODES })
    await watchRun(editor)

    await editor.press('Control+Enter')
    await editor.until('the video is in its node', (session) => session.runs.picture(session.document.value).value.media.get('save')?.kind === 'video', 120)
    await editor.until('the job is done', (session) => session.runs.shown(session.document.value).value?.job.state === 'done')

    const { states, texts, media } = await watched(editor)
    for (const node of NODES) expect([node, states[node]?.at(-1)], node).toEqual([node, expect.stringMatching(/^(done|cached)$/)])
    expect(states['sampler']).toEqual(['waiting', 'running', 'done'])
    expect(states['save']).toEqual(expect.arrayContaining(['waiting', 'done']))
    expect(texts['sampler']).toEqual(expect.arrayContaining([expect.stringMatching(/^step \d+ of 20, \d+ s left$/)]))
    expect(media['sampler']).toContain('frames')
    expect((await pictureOf(editor)).media['save']).toBe('video')

    await editor.fit()
    expect(await framesSeen(editor, 'save', 4)).toBeGreaterThanOrEqual(4)
    const file = await editor.page.evaluate(async () => {
      const { client, document } = globalThis.kinograph!.session
      return client.assets.pathOf((await client.jobs.get(document.value.job.value!)).result!.files[0]!)
    })
    const answer = await editor.server.fetch(`/api/assets/output/${file}`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'video/mp4'])
    expect(new TextDecoder().decode((await answer.arrayBuffer()).slice(4, 8))).toBe('ftyp')

    const [x, y, width, height] = await editor.place({ kind: 'node', id: 'save' })
    await editor.page.mouse.click(x + width / 2, y + height - width / 2)
    await editor.page.getByRole('dialog').locator('video').waitFor()
  })

  test('the form of the same workflow runs too: what its inputs say is made, shown while it is made, and played', async () => {
    const editor = await open()
    await editor.page.getByRole('radio', { name: 'Form' }).click()
    const field = (name: string) => editor.page.locator(`[data-parameter="${name}"]`)
    await field('prompt').locator('textarea').fill('a large yellow star spins on a black background')
    await field('steps').locator('input').first().fill('40')
    await field('seed').locator('input').first().fill('7')
    await editor.press('Tab')
    await editor.page.locator('.form-run').getByRole('button', { name: 'Run' }).click()
    await editor.page.locator('canvas.form-preview').waitFor()
    const video = editor.page.locator('.form-result video')
    await video.waitFor({ timeout: 120_000 })
    expect((await editor.node('sampler'))?.inputs).toMatchObject({ steps: 40, seed: 7 })
    expect((await editor.node('positive'))?.inputs?.['text']).toBe('a large yellow star spins on a black background')
    const times = new Set<number>()
    await expect.poll(async () => times.add(await video.evaluate((element: HTMLVideoElement) => element.currentTime)).size, { timeout: 60_000 }).toBeGreaterThanOrEqual(4)
  })
})
