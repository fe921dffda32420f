/** What is around the graph: search, menus, the palette, the mini-map, themes and sizes of the window. */
import { expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

/** However busy the machine is. */
const eventually = <T>(get: () => Promise<T>) => expect.poll(get, { timeout: 30_000 })

const GRAPH: Workflow = {
  version: 1,
  nodes: [
    { id: 'latent', type: 'EmptyLatent', inputs: { width: 64, height: 64, frames: 16 }, position: [0, 0] },
    { id: 'sampler', type: 'Sampler', inputs: { latent: { from: 'latent', output: 'latent' } }, position: [420, 0] },
    { id: 'prompt', type: 'TextEncode', inputs: { text: 'a red circle' }, position: [0, 400] },
  ],
  groups: [{ title: 'Prompts', bounds: [-20, 340, 300, 260] }],
}

const types = async (page: EditorPage) => (await page.workflow()).nodes.map(({ type }) => type)

/** Nothing lies there. */
const empty = async (page: EditorPage): Promise<[number, number]> => {
  const [x, y, width, height] = await page.place({ kind: 'canvas' })
  return [x + width / 2 + 140, y + height - 80]
}

const search = ({ page }: EditorPage) => page.getByRole('combobox', { name: 'Search nodes' })

describeInBrowser('the node search', (open) => {
  test('a double click on nothing, a few letters and Enter add a node there; the focus goes back', async () => {
    const page = await open({ workflow: GRAPH })
    const at = await empty(page)
    await page.clickAt(...at, { times: 2 })
    await search(page).waitFor()
    await page.page.keyboard.type('vae dec')
    await page.press('Enter')
    await eventually(() => types(page)).toContain('VAEDecode')
    const [x, y] = await page.place({ kind: 'node', id: 'vae_decode' })
    expect(Math.hypot(x - at[0], y - at[1])).toBeLessThan(40)
    expect(await page.page.evaluate(() => [...globalThis.kinograph!.session.document.value.selection.value.nodes])).toEqual(['vae_decode'])
    expect(await page.page.evaluate(() => document.activeElement?.closest('.canvas-host') !== null)).toBe(true)
  })

  test('arrows mark, what is marked is explained with its sockets, Escape adds nothing', async () => {
    const page = await open({ workflow: GRAPH })
    await page.clickAt(...await empty(page), { times: 2 })
    await search(page).waitFor()
    await page.page.keyboard.type('scale')
    const marked = page.page.getByRole('option', { selected: true })
    const first = await marked.innerText()
    await page.press('ArrowDown')
    expect(await marked.innerText()).not.toBe(first)
    expect(await search(page).getAttribute('aria-activedescendant')).toBe(await marked.getAttribute('id'))
    expect(await page.page.locator('.search-aside').innerText()).toMatch(/Inputs[\s\S]*IMAGE[\s\S]*Outputs/)
    await page.press('Escape')
    await search(page).waitFor({ state: 'detached' })
    expect(await page.workflow()).toEqual(GRAPH)
  })

  test('a link dropped on nothing offers what it fits, and is drawn to it', async () => {
    const page = await open({ workflow: GRAPH })
    await page.drag(await page.middle({ kind: 'output', id: 'sampler', output: 'latent' }), await empty(page))
    await search(page).waitFor()
    const offered = await page.page.getByRole('option').allInnerTexts()
    expect(offered.join()).toContain('VAE decode')
    expect(offered.join()).not.toContain('Load image')
    await page.page.getByRole('option', { name: /^VAE decode/ }).click()
    await eventually(async () => (await page.node('vae_decode'))?.inputs?.['samples']).toEqual({ from: 'sampler', output: 'latent' })
  })

  test('a link drawn backwards from an input is fed by what is chosen', async () => {
    const page = await open({ workflow: GRAPH })
    await page.drag(await page.middle({ kind: 'input', id: 'sampler', input: 'model' }), await empty(page))
    await search(page).waitFor()
    await page.page.keyboard.type('load diff')
    await page.press('Enter')
    await eventually(async () => (await page.node('sampler'))?.inputs?.['model']).toMatchObject({ output: 'model' })
  })

  test('the panel of nodes adds by a press, and where one is dropped', async () => {
    const page = await open({ workflow: GRAPH })
    await page.command('panel.nodes')
    await page.page.getByRole('searchbox', { name: 'Search nodes' }).fill('empty image')
    await page.page.locator('.nodes-panel').getByRole('button', { name: 'Empty image' }).click()
    await eventually(() => types(page)).toContain('EmptyImage')
    await page.page.locator('.nodes-panel').getByRole('button', { name: 'Empty image' }).dragTo(page.page.locator('.canvas-host canvas'), { targetPosition: { x: 500, y: 520 } })
    await eventually(async () => (await types(page)).filter((type) => type === 'EmptyImage').length).toBe(2)
  })
})

describeInBrowser('menus and the palette', (open) => {
  test.each([
    ['a node', 'Rename', async (page: EditorPage) => page.click({ kind: 'node', id: 'sampler' }, { button: 'right' })],
    ['nothing', 'Add node…', async (page: EditorPage) => page.clickAt(...await empty(page), { button: 'right' })],
    ['a group', 'Colour', async (page: EditorPage) => page.click({ kind: 'group', index: 0 }, { button: 'right' })],
  ] as const)('a right click on %s offers %s', async (_what, item, press) => {
    const page = await open({ workflow: GRAPH })
    await press(page)
    await page.page.getByRole('menuitem', { name: item }).first().waitFor()
    await page.press('Escape')
    expect(await page.page.getByRole('menu').count()).toBe(0)
  })

  test('arrows, letters and Escape work as in any menu; a submenu colours the node', async () => {
    const page = await open({ workflow: GRAPH })
    await page.click({ kind: 'node', id: 'sampler' }, { button: 'right' })
    const focused = () => page.page.evaluate(() => (document.activeElement as HTMLElement).dataset['label'])
    await page.page.getByRole('menu').waitFor()
    const first = await focused()
    await page.press('ArrowUp')
    await page.press('ArrowDown')
    expect(await focused()).toBe(first)
    await page.page.getByRole('menuitem', { name: 'Colour' }).focus()
    await page.press('ArrowRight')
    await eventually(async () => page.page.getByRole('menu').count()).toBe(2)
    await page.press('ArrowLeft')
    expect([await page.page.getByRole('menu').count(), await focused()]).toEqual([1, 'Colour'])
    await page.press('Enter')
    await eventually(async () => page.page.getByRole('menu').count()).toBe(2)
    await page.press('ArrowDown')
    await page.press('Enter')
    await eventually(async () => (await page.node('sampler'))?.extra).toMatchObject({ editor: { color: expect.stringMatching(/^#/) } })
    expect(await page.page.evaluate(() => document.activeElement?.closest('.canvas-host') !== null)).toBe(true)
  })

  test('menus stay inside the window', async () => {
    const page = await open({ workflow: GRAPH })
    const [x, y, width, height] = await page.place({ kind: 'canvas' })
    await page.clickAt(x + 4, y + height - 4, { button: 'right' })
    const box = (await page.page.getByRole('menu').boundingBox())!
    expect(box.y).toBeGreaterThanOrEqual(0)
    expect(box.y + box.height).toBeLessThanOrEqual(720)
    expect(box.x + box.width).toBeLessThanOrEqual(x + width)
  })

  test('every command is in the palette by its name, and runs from there', async () => {
    const page = await open({ workflow: GRAPH })
    await page.press('Control+K')
    const field = page.page.getByRole('combobox', { name: 'Search commands' })
    await field.waitFor()
    await page.page.keyboard.type('theme dark')
    await page.press('Enter')
    await eventually(() => page.page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
    const titles = await page.page.evaluate(() => globalThis.kinograph!.session.commands.all.value.length)
    expect(titles).toBeGreaterThan(60)
  })

  test('the main menu leads to files, all areas, and the pages of the API', async () => {
    const page = await open({ workflow: GRAPH })
    await page.page.getByRole('button', { name: 'Main menu' }).click()
    const items = await page.page.getByRole('menuitem').allInnerTexts()
    for (const wanted of ['Save', 'Edit', 'View', 'Run', 'HTTP API documentation']) expect(items.some((item) => item.startsWith(wanted)), wanted).toBe(true)
    const [opened] = await Promise.all([page.page.context().waitForEvent('page'), page.page.getByRole('menuitem', { name: 'HTTP API documentation' }).click()])
    await opened.waitForLoadState()
    expect(new URL(opened.url()).pathname).toBe('/api/docs')
  })
})

describeInBrowser('the mini-map', (open) => {
  const middle = (page: EditorPage) => page.page.evaluate(() => {
    const canvas = globalThis.kinograph!.session.canvas.value!
    const [x, y, width, height] = canvas.place({ kind: 'canvas' })!
    return canvas.toGraph([x + width / 2, y + height / 2])
  })

  test('a click and a drag in it move what is seen; its switch hides it', async () => {
    const page = await open({ workflow: GRAPH })
    await page.page.evaluate(() => globalThis.kinograph!.session.canvas.value!.zoom(3))
    const map = page.page.getByRole('application', { name: 'Mini-map' })
    const box = (await map.boundingBox())!
    const start = await middle(page)
    await page.drag([box.x + 40, box.y + 60], [box.x + box.width - 50, box.y + 60])
    const right = await middle(page)
    expect(right[0]).toBeGreaterThan(start[0])
    await page.clickAt(box.x + 50, box.y + 60)
    expect((await middle(page))[0]).toBeLessThan(right[0])
    const before = await middle(page)
    await map.focus()
    await page.press('ArrowRight')
    expect((await middle(page))[0]).toBeGreaterThan(before[0])
    await page.page.getByRole('button', { name: 'Mini-map' }).click()
    await map.waitFor({ state: 'detached' })
    await page.page.getByRole('button', { name: 'Mini-map' }).click()
    await map.waitFor()
  })
})

/** What is written on what: variables of theme.css. */
const PAIRS: readonly (readonly [text: string, ground: string])[] = [
  ...['--bg', '--surface', '--surface-raised', '--surface-sunken', '--surface-hover', '--surface-pressed'].flatMap((ground) => [['--text', ground], ['--text-muted', ground]] as const),
  ['--on-accent', '--accent'], ['--on-accent', '--accent-hover'], ['--on-danger', '--danger'],
  ['--accent-text', '--surface'], ['--accent-text', '--surface-raised'], ['--accent-text', '--accent-soft'], ['--text', '--accent-soft'], ['--text', '--danger-soft'],
  ['--danger-text', '--danger-soft'], ['--danger-text', '--surface'], ['--danger-text', '--surface-raised'], ['--warning-text', '--warning-soft'], ['--warning-text', '--surface'],
  ['--success-text', '--success-soft'], ['--success-text', '--surface-raised'], ['--info-text', '--info-soft'], ['--info-text', '--surface-raised'],
]

/** As WCAG 2.2 defines contrast, of two colours in `#rrggbb`. */
function contrast(a: string, b: string): number {
  const light = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4))
    .reduce((sum, share, index) => sum + share * [0.2126, 0.7152, 0.0722][index]!, 0)
  const [low, high] = [light(a), light(b)].toSorted((one, other) => one - other) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

describeInBrowser('themes and sizes', (open) => {
  test.each(['light', 'dark'] as const)('all texts of the %s theme can be read', async (theme) => {
    const page = await open()
    await page.command(theme === 'dark' ? 'view.themeDark' : 'view.themeLight')
    const names = [...new Set(PAIRS.flat())]
    const colors = await page.page.evaluate((wanted) => {
      const styles = getComputedStyle(document.documentElement)
      return Object.fromEntries(wanted.map((name) => [name, styles.getPropertyValue(name).trim().replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3')]))
    }, names)
    expect(Object.values(colors).every((color) => /^#[\da-f]{6}$/.test(color))).toBe(true)
    const faint = PAIRS.filter(([text, ground]) => contrast(colors[text]!, colors[ground]!) < 4.5)
    expect(faint).toEqual([])
    expect(contrast(colors['--text']!, colors['--bg']!)).toBeGreaterThan(7)
  })

  test('the system decides until a person does', async () => {
    const page = await open({ colorScheme: 'dark' })
    const shown = () => page.page.evaluate(() => document.documentElement.dataset['theme'])
    await page.command('view.themeSystem')
    expect(await shown()).toBe('dark')
    await page.page.emulateMedia({ colorScheme: 'light' })
    await eventually(shown).toBe('light')
  })

  test.each([[1280, 720], [390, 844]])('at %d × %d nothing runs over the edge, and what is pressed is large enough', async (width, height) => {
    const page = await open({ viewport: { width, height }, hasTouch: width < 700, isMobile: width < 700 })
    const found = await page.page.evaluate(() => ({
      scrolls: document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight,
      outside: [...document.querySelectorAll<HTMLElement>('.shell button, .shell input')].filter((one) => {
        const { left, right, top, bottom, width: wide } = one.getBoundingClientRect()
        return wide > 0 && !one.closest('.tab-list, .rail') && (left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1)
      }).map((one) => one.getAttribute('aria-label') ?? one.innerText),
      small: [...document.querySelectorAll<HTMLElement>('.top-bar button, .rail button')].filter((one) => {
        const { width: wide, height: high } = one.getBoundingClientRect()
        return wide > 0 && !one.matches('.tab-close') && (wide < 32 || high < 32)
      }).map((one) => one.getAttribute('aria-label') ?? one.innerText),
    }))
    expect(found).toEqual({ scrolls: false, outside: [], small: [] })
  })

  test('panels and properties leave the bars where they are', async () => {
    const page = await open({ workflow: GRAPH })
    const places = () => page.page.evaluate(() => ['.top-bar', '.rail', '.status-bar', '.run-button'].map((one) => {
      const { left, top, width, height } = document.querySelector(one)!.getBoundingClientRect()
      return [one, left, top, width, height]
    }))
    const before = await places()
    await page.command('panel.nodes')
    await page.select('sampler')
    await page.page.evaluate(() => globalThis.kinograph!.session.changeSettings({ properties: true }))
    await page.page.locator('.properties').waitFor()
    expect(await places()).toEqual(before)
  })
})
