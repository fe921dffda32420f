/** A server that can't be reached, or wants a token: the page says so, goes on by itself, and nothing that was open is lost. */
import { expect, test } from 'vitest'
import { startServer } from '../server/support.ts'
import { describeInBrowser } from './support.ts'

const TOKEN = 'a-token-that-is-long-enough-to-be-one-0123456789'

describeInBrowser('a server that is away', (open) => {
  test('at the start: the page says so, and goes on when it is back', async () => {
    const editor = await open()
    await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'sampler', input: 'steps', value: 5 }]))
    editor.expected.push(/ERR_FAILED/)
    await editor.page.route(/\/api\/nodes$/, (route) => route.abort())
    await editor.page.reload()
    await editor.page.getByRole('heading', { name: 'The server does not answer' }).waitFor()
    await editor.page.unroute(/\/api\/nodes$/)
    await editor.ready()
    expect((await editor.node('sampler'))?.inputs?.['steps']).toBe(5)
  })

  test('a panel that could not be loaded comes later, and looks as it should', async () => {
    const editor = await open()
    editor.expected.push(/ERR_INTERNET_DISCONNECTED|WebSocket|unreachable/)
    const { page } = editor
    await page.context().setOffline(true)
    await page.locator('.side-bar').getByRole('button', { name: 'Settings' }).click()
    const again = page.getByRole('button', { name: 'Try again' })
    await again.waitFor()
    await page.context().setOffline(false)
    await again.click()
    const language = page.getByLabel('Language', { exact: true })
    await language.waitFor()
    const panel = (await page.locator('.panel').boundingBox())!
    expect((await language.boundingBox())!.x).toBeGreaterThan(panel.x + 4)
  })

  test('a refused save tells why, and nothing is lost', async () => {
    const editor = await open()
    editor.expected.push(/ERR_FAILED/)
    await editor.page.route(/\/api\/workflows/, (route) => route.abort())
    await editor.page.keyboard.press('Control+s')
    await editor.page.getByText('The server does not answer. Nothing is lost').waitFor()
  })
})

describeInBrowser('a server that wants a token', (open) => {
  test('log in, work, log in again after the server was started anew: all is there', async () => {
    const editor = await open()
    editor.expected.push(/401|ERR_CONNECTION|ERR_EMPTY_RESPONSE|WebSocket|unreachable/)
    const first = await startServer({ env: { KINOGRAPH_TOKEN: TOKEN } })
    const logIn = async () => {
      await editor.page.getByLabel('Token').fill(TOKEN)
      await editor.page.getByRole('button', { name: 'Log in' }).click()
      await editor.ready()
    }
    await editor.page.goto(first.url)
    await logIn()
    await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.edit([{ type: 'set', node: 'sampler', input: 'steps', value: 5 }]))
    await editor.page.waitForLoadState('networkidle')
    await first.kill()
    const second = await first.restart({ args: [`--port=${first.port}`] })
    try {
      await editor.page.getByRole('button', { name: 'Log in' }).click()
      await editor.page.getByLabel('Token').waitFor()
      await logIn()
      expect((await editor.node('sampler'))?.inputs?.['steps']).toBe(5)
      await editor.until('it is connected', ({ runs }) => runs.connection.value === 'open')
    } finally {
      await second.kill()
    }
  })
})
