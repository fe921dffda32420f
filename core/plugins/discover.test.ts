import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { discoverPlugins, type Places } from './discover.ts'

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'kinograph-discover-')))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch, path)), { recursive: true })
    writeFileSync(join(scratch, path), text)
  }
}

const plugin = (name: string, at = './index.ts', more: object = {}) =>
  JSON.stringify({ name, version: '1.2.3', kinograph: { plugin: at, ...more } })

async function discover(places: Places): Promise<{ found: string[]; broken: string[] }> {
  const { found, broken } = await discoverPlugins(places)
  return {
    found: found.map(({ name, entry }) => `${name} ${entry.replace(`${scratch}/`, '')}`),
    broken: broken.map(({ error }) => error.message.replaceAll(`${scratch}/`, '')),
  }
}

//  app/plugins/          app/node_modules/          elsewhere/
//    one/index.ts          blur/ (a plugin)           single.ts
//    two/ (package)        left-pad/ (a package)      alone/index.js
//    notes/readme.md       @film/grain/ (a plugin)
write({
  'app/plugins/two/package.json': plugin('two-package', './src'),
  'app/plugins/two/src/index.ts': '',
  'app/plugins/one/index.ts': '',
  'app/plugins/notes/readme.md': '',
  'app/plugins/.hidden/index.ts': '',
  'app/node_modules/left-pad/package.json': JSON.stringify({ name: 'left-pad' }),
  'app/node_modules/left-pad/index.js': '',
  'app/node_modules/blur/package.json': plugin('blur', 'dist/main.js', { apiVersion: '1.0' }),
  'app/node_modules/blur/dist/main.js': '',
  'app/node_modules/@film/grain/package.json': plugin('@film/grain'),
  'app/node_modules/@film/grain/index.ts': '',
  'elsewhere/alone/index.js': '',
  'elsewhere/single.ts': '',
})
const app = (path: string) => join(scratch, 'app', path)

test('folders of plugins, and packages that say they are plugins', async () => {
  expect(await discover({ folders: [app('plugins'), app('not-there')], packages: [app('node_modules')] })).toEqual({
    found: [
      'one app/plugins/one/index.ts', 'two-package app/plugins/two/src/index.ts',
      '@film/grain app/node_modules/@film/grain/index.ts', 'blur app/node_modules/blur/dist/main.js',
    ],
    broken: [],
  })
  const { found } = await discoverPlugins({ packages: [app('node_modules')] })
  expect(found[1]).toMatchObject({ name: 'blur', version: '1.2.3', apiVersion: '1.0', folder: app('node_modules/blur') })
})

test('places that are named: a folder of plugins, a plugin, a file; each plugin once', async () => {
  const named = [join(scratch, 'elsewhere'), join(scratch, 'elsewhere/alone'), join(scratch, 'elsewhere/single.ts'), app('plugins/two')]
  expect((await discover({ named, folders: [app('plugins')] })).found).toEqual([
    'alone elsewhere/alone/index.js', 'single elsewhere/single.ts',
    'two-package app/plugins/two/src/index.ts', 'one app/plugins/one/index.ts',
  ])
})

test('a linked package is found where it really lies', async () => {
  mkdirSync(join(scratch, 'linking/node_modules'), { recursive: true })
  symlinkSync(app('plugins/two'), join(scratch, 'linking/node_modules/two-package'))
  expect((await discover({ packages: [join(scratch, 'linking/node_modules')] })).found)
    .toEqual(['two-package app/plugins/two/src/index.ts'])
})

test('says what is wrong with what can\'t be a plugin, and finds the rest', async () => {
  write({
    'bad/json/package.json': '{ "name": ',
    'bad/number/package.json': JSON.stringify({ name: 'number', kinograph: { plugin: 7 } }),
    'bad/text/package.json': JSON.stringify({ name: 'text', kinograph: './index.ts' }),
    'bad/gone/package.json': plugin('gone', './src/main.ts'),
    'bad/outside/package.json': plugin('outside', '../good/index.ts'),
    'bad/good/index.ts': '',
    'bad/other-key/package.json': JSON.stringify({ name: 'other-key', kinograph: { editor: './e.ts' } }),
  })
  expect(await discover({ named: [join(scratch, 'nowhere')], folders: [join(scratch, 'bad')] })).toEqual({
    found: ['good bad/good/index.ts'],
    broken: [
      'plugin "nowhere": there is nothing at nowhere. Check the path given to --plugins or KINOGRAPH_PLUGINS.',
      'plugin "gone": its package.json names ./src/main.ts, where there is no module. Write in package.json: "kinograph": { "plugin": "./src/index.ts" }.',
      'plugin "json": its package.json is no JSON object. Mend it.',
      'plugin "number": kinograph.plugin in its package.json should be a path, got 7. Write in package.json: "kinograph": { "plugin": "./src/index.ts" }.',
      'plugin "outside": its package.json names ../good/index.ts, outside of its folder. Write in package.json: "kinograph": { "plugin": "./src/index.ts" }.',
      expect.stringMatching(/^plugin "text": kinograph\.plugin in its package\.json should be a path, got undefined/),
    ],
  })
})

test('damaged packages in node_modules are nobody\'s plugins', async () => {
  write({ 'broken/node_modules/half/package.json': '{ "kinograph": ', 'broken/node_modules/none/readme.md': '' })
  expect(await discover({ packages: [join(scratch, 'broken/node_modules')] })).toEqual({ found: [], broken: [] })
})
