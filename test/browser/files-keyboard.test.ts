/** Without a mouse: from the page that was loaded to a changed prompt, a run, and its video; by the list too. And all of it in Chinese. */
import { expect, test } from 'vitest'
import { describeInBrowser, type EditorPage } from './support.ts'

const focused = ({ page }: EditorPage) => page.evaluate(() => {
  const active = document.activeElement
  return active === null || active === document.body ? 'nothing' : `${active.tagName.toLowerCase()}.${active.className}`
})

describeInBrowser('keyboard only', (open) => {
  test('on the graph: skip to it, go to the prompt, write, run, play', async () => {
    const editor = await open({ reducedMotion: 'reduce' })
    const { page } = editor
    await editor.press('Tab')
    expect(await focused(editor)).toBe('a.skip-link')
    await editor.press('Enter')
    for (let tries = 0; tries < 12 && await page.evaluate(() => globalThis.kinograph!.session.document.value.selection.value.nodes.has('positive')) === false; tries++) await editor.press('Tab')
    expect(await page.evaluate(() => [...globalThis.kinograph!.session.document.value.selection.value.nodes])).toEqual(['positive'])
    await editor.press('Enter')
    await page.locator('.value-over textarea').waitFor()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('a blue square')
    await editor.press('Escape')
    await editor.until('it is written', ({ document }) => document.value.workflow.value.nodes.find(({ id }) => id === 'positive')?.inputs?.['text'] === 'a blue square')
    expect(await focused(editor)).not.toBe('nothing')
    await editor.press('Control+Enter')
    await editor.until('it is done', (session) => session.runs.shown(session.document.value).value?.job.state === 'done', 150)
    await editor.press('Alt+2')
    await page.locator('.form-result video').waitFor()
    for (let tries = 0; tries < 80 && !(await page.evaluate(() => document.activeElement?.closest('.form-result') instanceof Element)); tries++) await editor.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('.form-result') instanceof Element)).toBe(true)
    const video = page.locator('.form-result video')
    const hasPlayed = () => video.evaluate((one) => one instanceof HTMLVideoElement && one.currentTime > 0)
    if (!await hasPlayed()) await page.keyboard.press('Space')
    await expect.poll(hasPlayed, { timeout: 20_000 }).toBe(true)
  }, 240_000)

  test('in the list: nodes in their order, opened, linked, renamed and removed; the focus is never lost', async () => {
    const editor = await open()
    const { page } = editor
    await editor.press('Alt+3')
    await page.locator('.list-node').first().waitFor()
    for (let tries = 0; tries < 60 && !(await focused(editor)).includes('list-head'); tries++) await editor.press('Tab')
    const head = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset['head'])
    const order = await page.evaluate(() => [...document.querySelectorAll<HTMLElement>('[data-head]')].map(({ dataset }) => dataset['head']))
    expect([await head(), order.indexOf('sampler') < order.indexOf('save')]).toEqual([order[0], true])
    await editor.press('End')
    expect(await head()).toBe('save')
    await editor.press('Home')
    for (let tries = 0; tries < 12 && await head() !== 'sampler'; tries++) await editor.press('ArrowDown')
    await editor.press('ArrowRight')
    const source = page.locator('[data-node=sampler] [data-input=negative] select')
    await source.selectOption({ label: 'not linked (takes CONDITIONING)' }).catch(() => source.selectOption(''))
    expect((await editor.node('sampler'))!.inputs).not.toHaveProperty('negative')
    await editor.press('Control+z')
    await page.locator('[data-head=sampler]').focus()
    await editor.press('F2')
    await page.keyboard.type('Dreamer')
    await editor.press('Enter')
    await editor.until('it has its title', ({ document }) => document.value.workflow.value.nodes.find(({ id }) => id === 'sampler')?.title?.includes('Dreamer'))
    await page.locator('[data-head=sampler]').focus()
    await editor.press('Delete')
    await editor.until('it is gone', ({ document }) => document.value.workflow.value.nodes.every(({ id }) => id !== 'sampler'))
    await page.waitForFunction(() => document.activeElement?.classList.contains('list-head'))
  }, 120_000)

  test('in Chinese no English is left in graph, list and panels but what people wrote and names', async () => {
    const editor = await open()
    await editor.command('view.chinese')
    await editor.until('it is Chinese', () => document.documentElement.lang === 'zh-CN')
    const english = () => editor.page.evaluate(() => {
      const names = /Kinograph|ComfyUI|Transformer|Diffusion_Transformer|Motion_Module|EasyAnimate|PixArt-alpha|LoRA|VAE|CRF|API|JSON|Markdown|PNG|English|Text to video|(?:Ctrl|Alt|Shift)\+\S+/g
      const words = (text: string | null) => (/\p{Script=Han}/u.test(text ?? '') ? '' : (text ?? '').replace(names, ''))
      const all = [...document.querySelectorAll<HTMLElement>('.top-bar *, .rail *, .status-bar *, .list-top *, .list-head *, .panel-head *')].filter((one) => one.getClientRects().length > 0)
      const said = all.flatMap((one) => [...[...one.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ nodeValue }) => nodeValue), one.title, one.ariaLabel, one.getAttribute('placeholder')])
      return [...new Set(said.map(words).filter((text) => /[A-Za-z]{2,}/.test(text)))]
    })
    expect(await english()).toEqual([])
    expect(await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.scene.value.nodes.map(({ title }) => title))).toContain('采样器')
    await editor.press('Alt+3')
    await editor.page.locator('.list-node').first().waitFor()
    expect(await english()).toEqual([])
    for (const panel of ['nodes', 'queue', 'history', 'workflows', 'models', 'gallery', 'templates', 'help', 'settings', 'keys']) {
      await editor.page.evaluate((id) => { globalThis.kinograph!.session.panel.value = id }, panel)
      await editor.drawn()
      expect([panel, await english()]).toEqual([panel, []])
    }
    await editor.command('view.english')
    await editor.until('it is English again', () => document.documentElement.lang === 'en')
  }, 120_000)
})
