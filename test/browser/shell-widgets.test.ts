/** Every kind of value is written over the canvas and in the properties, by the same fields. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Json } from '../../core/types/json.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { root } from '../server/support.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

/** However busy the machine is. */
const eventually = <T>(get: () => Promise<T>) => expect.poll(get, { timeout: 30_000 })

const WIDGETS: Workflow = { version: 1, nodes: [{ id: 'every', type: 'EveryWidget', position: [0, 0], inputs: { several: ['one'] } }] }
const PLUGINS = { args: ['--plugins', join(root, 'test/browser/plugins'), '--models-dir', join(root, 'models')] }

interface Case {
  readonly input: string
  readonly write: (page: EditorPage) => Promise<void>
  readonly value: Json
}

const type = (text: string, ...keys: readonly string[]) => async ({ page }: EditorPage) => {
  await page.keyboard.type(text)
  for (const key of keys) await page.keyboard.press(key)
}

/** What a person does in the field that a click on the widget opens, and the value that the workflow has then. */
const CASES: readonly Case[] = [
  { input: 'whole', write: type('4*(2+3)', 'Enter'), value: 20 },
  { input: 'share', write: async ({ page }) => { for (const key of ['ArrowUp', 'Enter']) await page.keyboard.press(key) }, value: 0.55 },
  { input: 'slide', write: type('7.5', 'Tab'), value: 7.5 },
  { input: 'seed', write: type('random', 'Enter'), value: 'random' },
  { input: 'choice', write: type('ray', 'Enter'), value: 'gamma ray' },
  { input: 'line', write: type('another line', 'Enter'), value: 'another line' },
  { input: 'prompt', write: type(' and a blue square', 'Escape'), value: 'a red circle and a blue square' },
  { input: 'several', write: async ({ page }) => page.getByLabel('three').check(), value: ['one', 'three'] },
  { input: 'anything', write: async ({ page }) => {
    await page.keyboard.press('Control+A')
    await type('{"deep": [true]}', 'Escape')({ page } as EditorPage)
  }, value: { deep: [true] } },
  { input: 'password', write: type('opensesame', 'Enter'), value: 'opensesame' },
]

const valueOf = async (page: EditorPage, input: string): Promise<unknown> => {
  const held: unknown = (await page.node('every'))!.inputs?.[input]
  return typeof held === 'object' && held !== null && 'value' in held ? held.value : held
}

const openWidget = async (page: EditorPage, input: string) => {
  const [x, y, width, height] = await page.place({ kind: 'widget', id: 'every', input })
  await page.clickAt(x + width / 2, y + Math.min(height / 2, 12))
}

const isEditing = (page: EditorPage) => page.page.evaluate(() => globalThis.kinograph!.session.editing.value !== undefined)

describeInBrowser('fields over the canvas', (open) => {
  test.each(CASES)('$input becomes $value in one step of undo', async ({ input, write, value }) => {
    const page = await open({ workflow: WIDGETS })
    const before = await valueOf(page, input)
    await openWidget(page, input)
    await page.page.locator('.value-over input, .value-over textarea').first().waitFor()
    await write(page)
    await eventually(() => valueOf(page, input)).toEqual(value)
    await page.command('edit.undo')
    expect(await valueOf(page, input)).toEqual(before)
  })

  test('the field lies on the widget, and goes with it when the canvas is moved', async () => {
    const page = await open({ workflow: WIDGETS })
    await page.command('view.zoomReset')
    await openWidget(page, 'line')
    const field = page.page.locator('.value-over')
    await field.waitFor()
    const isOnWidget = async () => {
      const [x, y, width] = await page.place({ kind: 'widget', id: 'every', input: 'line' })
      const box = (await field.boundingBox())!
      return [box.x - x, box.y - y, box.width - width].every((off) => Math.abs(off) < 1)
    }
    await eventually(isOnWidget).toBe(true)
    await page.page.mouse.move(1000, 600)
    await page.page.mouse.wheel(0, 120)
    await page.drawn()
    await eventually(isOnWidget).toBe(true)
  })

  test('what is wrong is said and kept, nothing is taken; Escape leaves the value as it was', async () => {
    const page = await open({ workflow: WIDGETS })
    await openWidget(page, 'whole')
    await page.page.locator('.value-over input').waitFor()
    await type('1000', 'Enter')(page)
    const field = page.page.locator('.value-over input')
    expect(await field.inputValue()).toBe('1000')
    expect(await page.page.getByRole('alert').innerText()).toBe('Expected 100 or less.')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await page.press('Escape')
    await eventually(() => isEditing(page)).toBe(false)
    expect(await valueOf(page, 'whole')).toBeUndefined()
    expect(await page.page.evaluate(() => document.activeElement?.closest('.canvas-host') !== null)).toBe(true)
  })

  test('a click elsewhere takes what was typed', async () => {
    const page = await open({ workflow: WIDGETS })
    await openWidget(page, 'line')
    await page.page.locator('.value-over input').waitFor()
    await type('left behind')(page)
    await page.clickAt(1000, 640)
    await eventually(() => valueOf(page, 'line')).toBe('left behind')
    expect(await isEditing(page)).toBe(false)
  })

  test('Ctrl and arrows weigh the word of a prompt', async () => {
    const page = await open({ workflow: WIDGETS })
    await openWidget(page, 'prompt')
    await page.page.locator('.value-over textarea').waitFor()
    for (let press = 0; press < 4; press++) await page.press('Control+ArrowUp')
    await page.press('Control+ArrowDown')
    await page.press('Escape')
    await eventually(() => valueOf(page, 'prompt')).toBe('a red (circle:1.15)')
  })

  test('choices that a route of the server gives are asked for', async () => {
    const page = await open({ workflow: WIDGETS })
    const [wanted] = await page.server.json('/models') as string[]
    await openWidget(page, 'remote')
    await page.page.getByRole('option', { name: wanted!, exact: true }).click()
    await eventually(() => valueOf(page, 'remote')).toBe(wanted)
  })

  test('a secret is not to be read until that is wanted', async () => {
    const page = await open({ workflow: WIDGETS })
    await openWidget(page, 'password')
    const field = page.page.locator('.value-over input')
    await field.waitFor()
    expect(await field.getAttribute('type')).toBe('password')
    await page.page.getByRole('button', { name: 'Show what is written' }).click()
    expect(await field.getAttribute('type')).toBe('text')
  })

  test('a picture of this computer is uploaded, and then chosen', async () => {
    const page = await open({ workflow: { version: 1, nodes: [{ id: 'load', type: 'LoadImage', position: [0, 0] }] } })
    const [x, y, width, height] = await page.place({ kind: 'widget', id: 'load', input: 'image' })
    await page.clickAt(x + width / 2, y + height / 2)
    const [chooser] = await Promise.all([page.page.waitForEvent('filechooser'), page.page.getByRole('button', { name: 'Upload a file' }).click()])
    await chooser.setFiles(join(root, 'workflows/images/circle.png'))
    await eventually(async () => (await page.node('load'))!.inputs?.['image']).toBe('circle.png')
    expect((await page.server.fetch('/api/assets/input/circle.png')).status).toBe(200)
    await page.clickAt(x + width / 2, y + height / 2)
    await page.page.getByRole('option', { name: 'circle.png' }).waitFor()
  })
}, PLUGINS)

describeInBrowser('fields in the properties', (open) => {
  const openProperties = async () => {
    const page = await open({ workflow: WIDGETS })
    await page.select('every')
    await page.page.evaluate(() => globalThis.kinograph!.session.changeSettings({ properties: true })) // kept on the server from test to test
    await page.page.locator('.properties [data-input="whole"]').waitFor()
    return page
  }
  const field = ({ page }: EditorPage, input: string) => page.locator(`.properties [data-input="${input}"]`)

  test('all inputs are there with their labels, advanced ones when they are asked for', async () => {
    const page = await openProperties()
    await page.page.getByText('Advanced', { exact: true }).click()
    const labelled = () => page.page.locator('.properties .input-field[data-input]').evaluateAll((all) =>
      all.filter((one) => one.querySelector('label')?.htmlFor !== undefined).map((one) => one.getAttribute('data-input')).toSorted())
    await expect.poll(labelled).toEqual(['anything', 'choice', 'hidden', 'line', 'password', 'prompt', 'remote', 'seed', 'several', 'share', 'slide', 'toggle', 'whole'])
    expect(await field(page, 'whole').locator('input').getAttribute('aria-describedby')).toMatch(/help/)
  })

  test('values are written by keys, buttons, sliders, drags, switches and lists', async () => {
    const page = await openProperties()
    await field(page, 'whole').getByRole('button', { name: 'Increase whole' }).click()
    await field(page, 'share').locator('input').fill('0.25')
    await page.press('Enter')
    await field(page, 'slide').locator('input[type=range]').focus()
    await page.press('End')
    await field(page, 'toggle').getByRole('switch').click()
    await field(page, 'choice').getByRole('button').click()
    await page.page.locator('.value-popup input:focus').waitFor()
    await page.page.keyboard.type('delta')
    await page.press('Enter')
    await field(page, 'seed').getByRole('button', { name: 'Draw a new seed now' }).click()
    await field(page, 'prompt').locator('textarea').fill('written beside\nthe canvas')
    await page.press('Tab')
    await expect.poll(async () => (await page.node('every'))!.inputs).toMatchObject({
      whole: 5, share: 0.25, slide: 10, toggle: true, choice: 'delta', prompt: 'written beside\nthe canvas', seed: expect.any(Number),
    })
    await field(page, 'whole').scrollIntoViewIfNeeded()
    const box = (await field(page, 'whole').locator('input').boundingBox())!
    await page.drag([box.x + 20, box.y + 10], [box.x + 20 + 60, box.y + 10])
    await expect.poll(async () => Number(await valueOf(page, 'whole'))).toBe(15)
  })

  test('back to the default, title, colour, mode and looks', async () => {
    const page = await openProperties()
    await field(page, 'choice').getByRole('button').click()
    await page.page.locator('.value-popup input:focus').waitFor()
    await page.page.keyboard.type('beta')
    await page.press('Enter')
    await field(page, 'choice').getByRole('button', { name: /Back to the default/ }).click()
    expect(await valueOf(page, 'choice')).toBeUndefined()
    await page.page.getByLabel('Title', { exact: true }).fill('Mine')
    await page.press('Enter')
    await page.page.getByRole('radio', { name: 'Muted' }).check()
    await page.page.getByRole('button', { name: /red/i }).click()
    await page.page.getByRole('checkbox', { name: 'Pinned' }).check()
    expect(await page.node('every')).toMatchObject({ title: 'Mine', mode: 'mute', extra: { editor: { pinned: true, color: expect.stringMatching(/^#/) } } })
  })
}, PLUGINS)
