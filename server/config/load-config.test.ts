import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
// @ts-expect-error a plain script, run by node; it has no declarations
import { compileConfig } from './compile-config.js'
import { isLoopback, urlOf } from './address.ts'
import { defaultConfig } from './defaults.ts'
import { loadConfig } from './load-config.ts'
import type { CommandLine } from './load-config.ts'
import { ConfigError } from './problems.ts'

const folder = mkdtempSync(join(tmpdir(), 'kinograph-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

let made = 0
function fileOf(content: unknown): string {
  const path = join(folder, `${++made}.json`)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

async function refusal(content: unknown, line: CommandLine = {}): Promise<string> {
  const file = fileOf(content)
  const error = await loadConfig({ ...line, file }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ConfigError)
  return (error as ConfigError).message.replaceAll(file, 'FILE')
}

const TOKEN = 'a-token-of-some-length'
const sha256 = createHash('sha256').update(TOKEN).digest('hex')

describe('settings', () => {
  test('are the defaults where nobody says anything', async () => {
    const data = join(folder, 'nothing-here')
    expect(await loadConfig({ data })).toEqual(defaultConfig(data))
  })

  test('come from the file, its folders relative to it, over the defaults', async () => {
    const file = fileOf({
      $schema: 'x', port: 9000, folders: { data: 'd', output: 'clips' }, plugins: ['p'], queue: { limit: 5 }, cache: { mode: 'disk', folder: 'c' },
    })
    const config = await loadConfig({ file })
    const usual = defaultConfig(join(folder, 'd'))
    expect(config).toMatchObject({ port: 9000, queue: { ...usual.queue, limit: 5 }, cache: { mode: 'disk', folder: join(folder, 'c') } })
    expect(config.folders).toEqual({ data: join(folder, 'd'), input: join(folder, 'd', 'input'), output: join(folder, 'clips'), models: usual.folders.models })
    expect(config.pluginFolders).toEqual([join(folder, 'p')])
    expect(config).not.toHaveProperty('plugins')
  })

  test('come from the command line over the file', async () => {
    const file = fileOf({ port: 9000, host: '127.0.0.2', devices: ['cuda'], drainSeconds: 3, folders: { output: 'o' }, plugins: ['p'] })
    const config = await loadConfig({ file, port: 1, host: '::1', devices: ['cpu', 'cpu'], drainSeconds: 0, output: 'mine', plugins: ['q'] })
    expect(config).toMatchObject({ port: 1, host: '::1', devices: ['cpu'], drainSeconds: 0 })
    expect(config.folders.output).toBe(resolve('mine'))
    expect(config.pluginFolders).toEqual([resolve('q'), join(folder, 'p')])
  })

  test('come from the file in the data folder', async () => {
    const data = mkdtempSync(join(folder, 'data-'))
    writeFileSync(join(data, 'kinograph.config.json'), '{ "port": 1234 }')
    expect(await loadConfig({ data })).toMatchObject({ port: 1234, folders: { data } })
  })
})

describe('a file that can\'t be used', () => {
  test('is refused by each place that is wrong', async () => {
    expect(await refusal({ prot: 1, queue: { limit: 'many', limits: 3 }, devices: ['gpu'], drainSeconds: -1, safe: 1 })).toMatchInlineSnapshot(`
      "FILE: there is no setting "prot". Did you mean "port"?
      FILE: safe: expected true or false, got 1.
      FILE: devices[0]: expected one of "cpu", "cuda", "webgpu", got "gpu".
      FILE: queue: there is no setting "limits". Did you mean "limit"?
      FILE: queue.limit: expected a whole number, got "many".
      FILE: drainSeconds: expected >= 0, got -1."
    `)
  })

  test('does not show what may be a token', async () => {
    const text = await refusal({ tokens: [{ name: 'ci', scopes: ['run'], sha256: TOKEN }, TOKEN] })
    expect(text).toContain('tokens[0].sha256')
    expect(text).not.toContain(TOKEN)
  })

  test('is refused where it is no JSON', async () => {
    expect(await refusal('{ "port": 1,\n  "host" }')).toMatch(/^FILE: .*not JSON/)
    expect(await refusal('{ "port": 1, "port": 2 }')).toContain('port')
    expect(await refusal([])).toBe('FILE: the file: expected an object, got a list of 0.')
  })

  test('is refused where it is named and missing', async () => {
    await expect(loadConfig({ file: join(folder, 'none.json') })).rejects.toThrow('none.json: the settings can\'t be read: there is no such file.')
  })

  test('may not send a data folder elsewhere from inside', async () => {
    const data = mkdtempSync(join(folder, 'data-'))
    writeFileSync(join(data, 'kinograph.config.json'), '{ "folders": { "data": "elsewhere" } }')
    await expect(loadConfig({ data })).rejects.toThrow('folders.data')
  })
})

describe('tokens', () => {
  test('are kept as hashes, that of the command line first', async () => {
    const file = fileOf({ tokens: [{ name: 'ci', scopes: ['run'], sha256: sha256.toUpperCase() }] })
    expect((await loadConfig({ file, token: TOKEN })).tokens).toEqual([
      { name: 'default', scopes: ['run', 'edit', 'admin'], sha256 }, { name: 'ci', scopes: ['run'], sha256 },
    ])
  })

  test('have names of their own', async () => {
    const one = { scopes: ['run'], sha256 }
    expect(await refusal({ tokens: [{ name: 'ci', ...one }, { name: 'ci', ...one }] })).toContain('two are called "ci"')
    expect(await refusal({ tokens: [{ name: 'default', ...one }] }, { token: TOKEN })).toContain('Rename the one in the file')
  })

  test('are long enough and can stand in a header', async () => {
    await expect(loadConfig({ data: folder, token: 'short' })).rejects.toThrow('expected at least 16 characters, got 5')
    await expect(loadConfig({ data: folder, token: 'two words, and more words' })).rejects.toThrow('without spaces')
  })

  test('are demanded of every address that others reach', async () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.7', 'example.org', '127.0.0.1.example.org']) {
      await expect(loadConfig({ data: folder, host })).rejects.toThrow(`Listening at ${host} lets other machines in, so it needs a token.`)
      await expect(loadConfig({ data: folder, host, token: TOKEN })).resolves.toMatchObject({ host })
    }
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
      await expect(loadConfig({ data: folder, host })).resolves.toMatchObject({ host, tokens: [] })
    }
  })
})

test('addresses are told apart and written down as URLs', () => {
  expect(['127.0.0.1', '127.255.0.1', '::1', 'LOCALHOST', '0:0:0:0:0:0:0:1'].map(isLoopback)).toEqual([true, true, true, true, true])
  expect(['128.0.0.1', '::', '', 'localhost.', '10.0.0.1'].map(isLoopback)).toEqual([false, false, false, false, false])
  expect([urlOf('::1', 1), urlOf('0.0.0.0', 2), urlOf('::', 3), urlOf('h.test', 4)])
    .toEqual(['http://[::1]:1', 'http://127.0.0.1:2', 'http://[::1]:3', 'http://h.test:4'])
})

test('check-config.js is what the schema compiles to, and imports nothing', () => {
  const code = readFileSync(join(import.meta.dirname, 'check-config.js'), 'utf8')
  expect(code, 'run: node server/config/compile-config.js').toBe(compileConfig())
  expect(code).not.toMatch(/\b(require\(|import )/)
})

test('the schema knows every setting, and no other', async () => {
  const schema: unknown = JSON.parse(readFileSync(join(import.meta.dirname, 'config.schema.json'), 'utf8'))
  const { properties } = schema as { properties: Record<string, { properties?: object }> }
  const { pluginFolders: _, ...settings } = defaultConfig()
  expect(Object.keys(properties).sort()).toEqual(['$schema', 'plugins', ...Object.keys(settings)].sort())
  for (const group of ['folders', 'queue', 'history', 'limits'] as const) {
    expect(Object.keys(properties[group]?.properties ?? {})).toEqual(Object.keys(settings[group]))
  }
  // The defaults themselves are settings that a file may hold.
  const { plugins: _plugins, ...file } = { ...settings, plugins: [] }
  await expect(loadConfig({ file: fileOf(file) })).resolves.toMatchObject(settings)
})
