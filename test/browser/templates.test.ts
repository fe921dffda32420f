/** Every template, as a person takes it: opened from its panel, run by its key, and what it makes seen in its nodes. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../server/support.ts'
import { describeInBrowser } from './support.ts'

/** The one that wants EasyAnimate's own weights. */
const WANTS_WEIGHTS = 'easyanimate-v1'
const templates = readdirSync(join(root, 'workflows')).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5)).filter((name) => name !== WANTS_WEIGHTS)

describeInBrowser('templates', (open) => {
  test('there is one for each file, and the one that wants more says so', async () => {
    const editor = await open()
    await editor.command('panel.templates')
    const cards = editor.page.locator('[data-template]')
    await cards.first().waitFor()
    expect((await cards.evaluateAll((all) => all.map((one) => one.getAttribute('data-template')!))).sort()).toEqual([...templates, WANTS_WEIGHTS].sort())
    expect(await editor.page.locator(`[data-template="${WANTS_WEIGHTS}"] .warning`).count()).toBe(1)
  })

  test.each(templates)('%s runs, and shows what it made', async (name) => {
    const editor = await open()
    const title = (JSON.parse(readFileSync(join(root, 'workflows', `${name}.json`), 'utf8')) as { readonly title: string }).title
    await editor.command('panel.templates')
    await editor.page.locator(`[data-template="${name}"]`).click()
    await editor.page.waitForFunction((wanted) => globalThis.kinograph!.session.document.value.workflow.value.title === wanted
      && globalThis.kinograph!.session.documents.value.length === 2, title)
    await editor.until('nothing is wrong with it', ({ document }) => document.value.problems.value.length === 0)
    await editor.page.locator('canvas').first().focus()
    await editor.press('Control+Enter')
    await editor.until(`${name} has ended`, ({ document, runs }) => runs.shown(document.value).value?.result !== undefined, 120)
    const seen = await editor.page.evaluate(() => {
      const { document, runs } = globalThis.kinograph!.session
      const { job, media, problem, result } = runs.shown(document.value).value!
      return { state: job.state, problem, files: result!.files.length, media: [...media.values()].filter(({ kind }) => kind === 'image' || kind === 'video').length }
    })
    expect(seen).toMatchObject({ state: 'done', problem: undefined })
    expect(seen.files, 'files').toBeGreaterThan(0)
    expect(seen.media, 'nodes that show them').toBeGreaterThan(0)
  })
})
