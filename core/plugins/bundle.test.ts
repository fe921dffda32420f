import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { bundlePlugin } from './bundle.ts'
import type { EngineEntries } from './engine-entries.ts'

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'kinograph-bundle-')))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Writes files, by their paths in a folder of their own. */
function folderOf(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(scratch, name)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const engineFolder = folderOf('engine', {
  'api.js': 'export const engine = { is: "the one that runs" }\nexport default engine',
  'testing.js': 'export { engine as tested } from "./api.js"',
})
const engine: EngineEntries = {
  version: '1.0.0',
  root: engineFolder,
  modules: new Map([['kinograph', join(engineFolder, 'api.js')], ['kinograph/testing', join(engineFolder, 'testing.js')]]),
}
const cache = join(scratch, 'cache')
const bundle = (folder: string, entry = 'index.ts') => bundlePlugin(join(folder, entry), { folder, cache, engine })
const load = async (folder: string, entry?: string): Promise<Record<string, unknown>> => {
  const { file } = await bundle(folder, entry)
  return import(pathToFileURL(file).href) as Promise<Record<string, unknown>>
}

test('TypeScript runs as it stands, each source knows where it lies, and JSON is read', async () => {
  const folder = folderOf('typescript', {
    'index.ts': `import { half } from './lib/half.ts'
import settings from './settings.json'
export const value: number = half(settings.size)
export const here = import.meta.url
export const folder = import.meta.dirname
export { there } from './lib/half.ts'`,
    'lib/half.ts': 'export const half = <T extends number>(x: T) => x / 2\nexport const there = import.meta.url',
    'settings.json': '{ "size": 42 }',
  })
  expect(await load(folder)).toMatchObject({
    value: 21, folder,
    here: pathToFileURL(join(folder, 'index.ts')).href, there: pathToFileURL(join(folder, 'lib/half.ts')).href,
  })
})

test('kinograph and its entry points are the running engine, once, also through a package and through require', async () => {
  const folder = folderOf('one-engine', {
    'index.ts': `import { engine } from 'kinograph'
import { tested } from 'kinograph/testing'
import { helped } from 'helper'
const { engine: required } = require('kinograph')
export const all = [engine, tested, helped, required]`,
    // An engine of its own, as npm may install it: never loaded.
    'node_modules/kinograph/package.json': '{ "name": "kinograph", "version": "0.0.1", "type": "module", "exports": "./index.js" }',
    'node_modules/kinograph/index.js': 'export const engine = "another one"',
    'node_modules/helper/package.json':
      '{ "name": "helper", "version": "1.0.0", "type": "module", "exports": "./index.js", "peerDependencies": { "kinograph": "*" } }',
    'node_modules/helper/index.js': 'export { engine as helped } from "kinograph"',
  })
  const { all } = await load(folder)
  expect(new Set(all as unknown[]).size).toBe(1)
  expect(all).toContainEqual({ is: 'the one that runs' })
})

test('packages come from the plugin\'s own node_modules, imported and required, ES module and CommonJS', async () => {
  const folder = folderOf('own-packages', {
    'index.ts': `import esm, { meta } from 'esm'
import { common } from '@scope/common'
import { basename } from 'node:path'
import { sep } from 'path'
const required = require('@scope/common').common
export const values = [esm, meta, common, required, basename('/a/b'), sep]`,
    'node_modules/esm/package.json': '{ "name": "esm", "version": "2.1.0", "type": "module", "main": "main.js" }',
    'node_modules/esm/main.js': 'export default "esm"\nexport const meta = import.meta.url',
    'node_modules/@scope/common/package.json': '{ "name": "@scope/common", "version": "1.0.0" }',
    'node_modules/@scope/common/index.js': 'exports.common = "common"',
  })
  const { values } = await load(folder)
  const meta = pathToFileURL(join(folder, 'node_modules/esm/main.js')).href
  expect(values).toEqual(['esm', meta, 'common', 'common', 'b', '/'])
})

test('a plugin may be plain JavaScript, or CommonJS', async () => {
  const folder = folderOf('javascript', {
    'module.mjs': 'export const value = 1',
    'common.cjs': 'module.exports = { value: require("kinograph").engine, folder: __dirname }',
  })
  expect(await load(folder, 'module.mjs')).toMatchObject({ value: 1 })
  expect(await load(folder, 'common.cjs')).toMatchObject({ default: { value: { is: 'the one that runs' } } })
})

test('the hash covers every source, files beside them and packages\' versions, and nothing else', async () => {
  const files = {
    'index.ts': 'import "pack"\nimport "./part.ts"\nexport const table = new URL("./table.cube", import.meta.url)',
    'part.ts': 'export const part = 1',
    'table.cube': '1 2 3',
    'README.md': 'words',
    'node_modules/pack/package.json': '{ "name": "pack", "version": "1.0.0" }',
    'node_modules/pack/index.js': '',
  }
  const folder = folderOf('hashed', files)
  const first = await bundle(folder)
  expect((await bundle(folderOf('hashed-elsewhere', files))).hash).toBe(first.hash)
  const hashAfter = async (path: string, text: string) => {
    writeFileSync(join(folder, path), text)
    return (await bundle(folder)).hash
  }
  expect(await hashAfter('README.md', 'other words')).toBe(first.hash)
  expect(await hashAfter('node_modules/pack/index.js', '// patched')).toBe(first.hash)
  const hashes = [
    first.hash,
    await hashAfter('part.ts', 'export const part = 2'),
    await hashAfter('table.cube', '3 2 1'),
    await hashAfter('node_modules/pack/package.json', '{ "name": "pack", "version": "1.0.1" }'),
  ]
  expect(new Set(hashes).size).toBe(4)
  expect(await hashAfter('part.ts', 'export const part = 1')).not.toBe(hashes[1])
})

test('another content is another module; the same content is not built again', async () => {
  const folder = folderOf('kept', { 'index.ts': 'export const value: number = 1' })
  const first = await bundle(folder)
  const built = readFileSync(first.file, 'utf8')
  writeFileSync(first.file, built.replace('value = 1', 'value = 3')) // to see that this very file is used
  expect(await load(folder)).toMatchObject({ value: 3 })
  writeFileSync(join(folder, 'index.ts'), 'export const value: number = 2')
  expect((await bundle(folder)).file).not.toBe(first.file)
  expect(await load(folder)).toMatchObject({ value: 2 })
})

test('a damaged note of a build, or a module that is gone, is built again', async () => {
  const folder = folderOf('damaged', { 'index.ts': 'export const value = 5' })
  const { file } = await bundle(folder)
  rmSync(file)
  expect(await load(folder)).toMatchObject({ value: 5 })
})

test.each([
  ['a mistake in the language', 'export default {\n  a: ]\n}', /broken\/index\.ts:2:6: Unexpected "\]"$/],
  ['a file that is not there', 'import "./gone.ts"', /index\.ts:1:8: Could not resolve "\.\/gone\.ts"$/],
  ['a package that is not installed', 'import "nowhere-to-be-found"', /the package "nowhere-to-be-found" is not installed; run "npm install" in /],
  ['an entry point that kinograph has not', 'import "kinograph/inside"', /there is no "kinograph\/inside"; there are kinograph, kinograph\/testing$/],
])('says where %s is', async (_, text, message) => {
  await expect(bundle(folderOf('broken', { 'index.ts': text }))).rejects.toThrow(message)
})

test('several at once', async () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const folders = names.map((name) => folderOf(`many/${name}`, { 'index.ts': `export const name: string = '${name}'` }))
  expect((await Promise.all(folders.map((folder) => load(folder)))).map(({ name }) => name)).toEqual(names)
})
