/** Plugins that do as they should, through the built `kinograph`: found, built, loaded again, tested, published. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { cli, filesBelow, root, scratchFolder } from '../cli/harness.ts'
import type { PluginReport } from '../../worker/protocol.ts'
import { linesOf, Project } from './scratch-plugins.ts'

const examples = join(root, 'examples', 'plugins')
const call = promisify(execFile)
const npm = (args: readonly string[], cwd: string) =>
  call('npm', [...args, '--offline', '--no-audit', '--no-fund'], { cwd, env: { ...process.env, npm_config_update_notifier: 'false' } })

describe('the examples', () => {
  test.each(['median-filter', 'lazy-switch', 'until-stable'])('the tests of %s pass', async (name) => {
    const { code, stdout } = await cli(['plugins', 'test', join(examples, name)])
    expect(stdout).toMatch(/ℹ pass [1-9]/)
    expect([code, /ℹ fail (\d+)/.exec(stdout)?.[1]]).toEqual([0, '0'])
  })

  const run = (name: string, ...args: string[]) => {
    const out = scratchFolder()
    return cli(['run', join(examples, name, 'workflow.json'), '--plugins', examples, '--out', out, ...args], { cwd: out })
  }

  test('the image filter saves pictures', async () => {
    const { code, stdout, stderr } = await run('median-filter')
    expect([code, linesOf(stderr, 'warning')]).toEqual([0, []])
    expect(stdout.trim().split('\n').map((path) => path.split('/').at(-1))).toEqual(['filtered_00001.png', 'filtered_00002.png'])
  })

  test('the lazy switch computes only what is asked for', async () => {
    expect(await run('lazy-switch')).toMatchObject({ code: 0, stdout: 'length: 9\n' })
    const other = await run('lazy-switch', '--second', 'true')
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('error: AlwaysFails (node never): nobody should have asked.') })
  })

  test('the loop goes round until its value is stable', async () => {
    expect((await run('until-stable')).stdout).toBe('root: 1.414213562373095\nrounds: 5\n')
    expect((await run('until-stable', '--number', '1')).stdout).toBe('root: 1\nrounds: 1\n')
  })

  test('they are typed', async () => {
    expect(existsSync(join(root, 'dist', 'types', 'nodes', 'testing.d.ts')), 'run "npm run build" first').toBe(true)
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    await expect(call(process.execPath, [tsc, '-p', examples], { cwd: root })).resolves.toMatchObject({ stdout: '' })
  })
})

test('the first plugin of the guide does what it says', async () => {
  const [, code] = /```ts\n(\/\/ plugins\/brighten[\s\S]*?)```/.exec(readFileSync(join(root, 'docs/plugins.md'), 'utf8'))!
  const project = new Project().write('plugins/brighten/index.ts', code!)
  const path = project.workflow({
    picture: { type: 'EmptyImage', width: 4, height: 4, batch_size: 1, color: 0x102030 },
    brighten: { type: 'Brighten', image: ['picture', 'IMAGE'], by: 2 },
    save: { type: 'SaveImage', images: ['brighten', 'image'], filename_prefix: 'bright' },
  })
  const { code: ended, stdout } = await project.run('run', path)
  expect(ended).toBe(0)
  const { data } = await sharp(stdout.trim()).raw().toBuffer({ resolveWithObject: true })
  expect([...data.subarray(0, 3)]).toEqual([0x20, 0x40, 0x60])
})

describe('where plugins are found', () => {
  const inProject = (at: string, name: string, type: string) => (project: Project) => project
    .write(`${at}/package.json`, JSON.stringify({ name, version: '2.0.1', type: 'module', kinograph: { plugin: './main.js' } }))
    .write(`${at}/main.js`, `import { defineNode, definePlugin, port } from 'kinograph'
export default definePlugin({ nodes: [defineNode({ type: '${type}', category: 't', inputs: {}, outputs: { y: port.int() }, run: () => ({ y: 1 }) })] })`)

  test('in the project, its node_modules, KINOGRAPH_PLUGINS and --plugins', async () => {
    const project = new Project().node('here', 'Here', 'return { y: 1 }')
    inProject('node_modules/@film/grain', '@film/grain', 'Grain')(project)
    inProject('node_modules/.hidden', 'hidden', 'Hidden')(project)
    inProject('far/away', 'away', 'Away')(project)
    inProject('near', 'near', 'Near')(project)
    project.write('node_modules/plain/package.json', '{ "name": "plain" }')
    project.env['KINOGRAPH_PLUGINS'] = 'far'
    const { stdout, stderr } = await project.run('plugins', '--json', '--plugins', 'near')
    const reports: PluginReport[] = JSON.parse(stdout)
    expect(stderr).toBe('')
    expect(reports.map(({ name, version, nodes, status }) => [name, version, nodes.join(), status])).toEqual([
      ['near', '2.0.1', 'Near', 'loaded'], ['away', '2.0.1', 'Away', 'loaded'],
      ['here', undefined, 'Here', 'loaded'], ['@film/grain', '2.0.1', 'Grain', 'loaded'],
    ])
    expect((await project.run('plugins')).stdout).toContain(`here                loaded  1 node  ${project.folder}/plugins/here`)
    expect((await project.run('nodes', 'Grain')).stdout).toMatch(/^Grain \(version 1, t\)/)
  })

  test('nowhere is said plainly', async () => {
    expect((await new Project().run('plugins')).stdout).toMatch(/^There are no plugins\. "kinograph create-plugin NAME" writes one/)
    expect((await new Project().run('plugins', '--plugins', 'nowhere')).stdout).toContain('there is nothing at')
    expect(await new Project().run('plugins', '--plugins')).toMatchObject({ code: 2, stderr: 'error: --plugins needs a folder. Write --plugins=DIR.\n' })
  })
})

test('an unchanged plugin is not built again, and loads in a moment', async () => {
  const project = new Project().node('quick', 'Quick', 'return { y: 1 }')
  const path = project.workflow({ it: { type: 'Quick' } })
  await project.run('run', path)
  const built = filesBelow(join(project.folder, '.cache', 'plugins'))
  await project.run('run', path)
  expect(filesBelow(join(project.folder, '.cache', 'plugins'))).toEqual(built)
})

describe('hot reload', () => {
  //  source ──► plus ──► show          plus changes: source comes out of the cache, the rest runs again
  test('a changed plugin is loaded again, its results with it; what it breaks is said, and mended', async () => {
    const project = new Project().impatient()
      .node('source', 'Source', 'return { y: x }')
      .node('plus', 'Plus', 'return { y: x + 1 }')
    const path = project.workflow({ source: { type: 'Source', x: 40 }, plus: { type: 'Plus', x: ['source', 'y'] } }, {
      outputs: [{ name: 'answer', node: 'plus', output: 'y' }],
    })
    const started = project.start('run', path, '--watch-plugins')
    await started.seen('stdout', 'answer: 41\n')
    await started.seen('stderr', 'Watching 2 plugins and workflow.json; Ctrl-C ends.')
    project.node('plus', 'Plus', 'return { y: x + 2 }')
    await started.seen('stderr', 'Loaded again: plus.')
    await started.seen('stdout', 'answer: 42\n')
    project.write('plugins/plus/index.ts', 'export default {')
    await started.seen('stderr', 'warning: skipped plugin "plus": plugins/plus/index.ts:1:17: Expected identifier but found end of file.')
    await started.seen('stderr', 'Plugin "plus" provides it, but was skipped.')
    project.node('plus', 'Plus', 'return { y: x + 3 }')
    await started.seen('stdout', 'answer: 43\n')
    project.plugin('plus', 'for (;;);')
    await started.seen('stderr', 'it was not loaded within 5 s and kept its process busy')
    project.node('plus', 'Plus', 'return { y: x + 4 }')
    await started.seen('stdout', 'answer: 44\n')
    project.workflow({ source: { type: 'Source', x: 50 }, plus: { type: 'Plus', x: ['source', 'y'] } }, {
      outputs: [{ name: 'answer', node: 'plus', output: 'y' }],
    })
    await started.seen('stdout', 'answer: 54\n')
    started.child.kill('SIGINT')
    expect(await started.ended).toMatchObject({ code: 0 })
  })

  test('only what depends on the change runs again', async () => {
    const project = new Project().node('source', 'Source', 'return { y: x }').node('plus', 'Plus', 'return { y: x + 1 }')
    const path = project.workflow({ source: { type: 'Source', x: 40 }, plus: { type: 'Plus', x: ['source', 'y'] } })
    const started = project.start('run', path, '--watch-plugins', '--json')
    const runs = () => started.seen('stderr', 'Watching')
    await runs()
    project.node('plus', 'Plus', 'return { y: x + 2 }')
    await started.seen('stdout', '"cached":["source"]')
    started.child.kill('SIGINT')
    const { stdout } = await started.ended
    const plans = stdout.split('\n').filter((line) => line.includes('"run.started"')).map((line) => JSON.parse(line).plan)
    expect(plans).toEqual([
      expect.objectContaining({ run: ['source', 'plus'], cached: [] }), expect.objectContaining({ run: ['plus'], cached: ['source'] }),
    ])
  })
})

describe('create-plugin', () => {
  test('writes a project whose test passes, whose workflow runs, and which is typed', async () => {
    const folder = realpathSync(scratchFolder())
    const created = await cli(['create-plugin', 'soft-grain'], { cwd: folder })
    expect(created).toMatchObject({ code: 0, stderr: '' })
    const project = join(folder, 'soft-grain')
    expect(filesBelow(project).filter((path) => !path.startsWith('node_modules'))).toEqual([
      '.gitignore', 'README.md', 'package.json', 'src', 'src/fade.ts', 'src/index.ts', 'test', 'test/fade.test.ts', 'tsconfig.json', 'workflow.json',
    ])
    expect((await npm(['test'], project)).stdout).toMatch(/ℹ pass 2\nℹ fail 0/)

    const ran = await cli(['run', 'workflow.json', '--plugins', '.', '--quiet'], { cwd: project })
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(linesOf(ran.stdout, join(project, 'output/fade_0000'))).toHaveLength(8)

    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    mkdirSync(join(project, 'node_modules', '@types'), { recursive: true })
    await call('cp', ['-r', join(root, 'node_modules/@types/node'), join(project, 'node_modules/@types/node')])
    await call('cp', ['-r', join(root, 'node_modules/undici-types'), join(project, 'node_modules/undici-types')])
    await expect(call(process.execPath, [tsc, '-p', '.'], { cwd: project })).resolves.toMatchObject({ stdout: '' })
  })

  test('a test of it that fails fails', async () => {
    const folder = scratchFolder()
    await cli(['create-plugin', 'failing'], { cwd: folder })
    const file = join(folder, 'failing/src/fade.ts')
    writeFileSync(file, readFileSync(file, 'utf8').replace('sample * brightness', 'sample'))
    expect(await cli(['plugins', 'test'], { cwd: join(folder, 'failing') })).toMatchObject({ code: 1, stdout: expect.stringContaining('ℹ fail 1') })
  })

  test('it can be published and installed as a package, with packages of its own', async () => {
    const folder = realpathSync(scratchFolder())
    await cli(['create-plugin', '@film/soft-grain'], { cwd: folder })
    const { stdout } = await npm(['pack', '--json'], join(folder, 'soft-grain'))
    const [packed]: { filename: string; files: { path: string }[] }[] = JSON.parse(stdout)
    expect(packed!.files.map(({ path }) => path).sort()).toEqual(['README.md', 'package.json', 'src/fade.ts', 'src/index.ts', 'workflow.json'])
    const installed = join(folder, 'studio/node_modules/@film/soft-grain')
    mkdirSync(installed, { recursive: true })
    await call('tar', ['xf', join(folder, 'soft-grain', packed!.filename), '-C', installed, '--strip-components=1'])
    for (const [path, text] of Object.entries({
      'node_modules/own/package.json': '{ "name": "own", "version": "1.0.0", "type": "module", "exports": "./own.js" }',
      'node_modules/own/own.js': 'export const own = 8',
    })) {
      mkdirSync(dirname(join(installed, path)), { recursive: true })
      writeFileSync(join(installed, path), text)
    }
    const source = join(installed, 'src/fade.ts')
    writeFileSync(source, `import { own } from 'own'\n${readFileSync(source, 'utf8').replace("'Fades pictures in from black.',", '`Fades in by ${own}.`,')}`)
    const described = await cli(['nodes', 'SoftGrainFade'], { cwd: join(folder, 'studio') })
    expect(described).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Fades in by 8.') })
  })

  test.each([
    [['create-plugin', 'Not A Name'], 'error: "Not A Name" is no name for a package'],
    [['create-plugin'], 'error: kinograph create-plugin needs NAME'],
    [['create-plugin', 'taken'], 'is not empty. Name a folder that is not there yet.'],
  ])('%j is refused', async (args, message) => {
    const folder = scratchFolder()
    mkdirSync(join(folder, 'taken'))
    writeFileSync(join(folder, 'taken/mine.txt'), 'mine')
    expect(await cli(args, { cwd: folder })).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
    expect(readFileSync(join(folder, 'taken/mine.txt'), 'utf8')).toBe('mine')
  })
})

describe('plugins snapshot and check', () => {
  const project = () => new Project().write('package.json', JSON.stringify({
    name: 'blur', version: '1.2.0', type: 'module', kinograph: { plugin: './index.ts' },
  }))
  const node = (inputs: string) => `import { defineNode, definePlugin, port } from 'kinograph'
export default definePlugin({ nodes: [defineNode({
  type: 'Blur', category: 't', inputs: { ${inputs} }, outputs: { y: port.int() }, run: () => ({ y: 1 }),
})] })`

  test('a change that breaks workflows is said, unless the version says so itself', async () => {
    const own = project().write('index.ts', node("radius: port.int({ min: 0, max: 64 }), kind: port.choice(['box', 'gauss'])"))
    expect(await own.run('plugins', 'check')).toMatchObject({ code: 0, stdout: expect.stringContaining('blur has no kinograph.snapshot.json yet') })
    expect(await own.run('plugins', 'snapshot')).toMatchObject({ code: 0, stdout: 'kinograph.snapshot.json: 1 node of blur 1.2.0\n' })
    expect(await own.run('plugins', 'check')).toMatchObject({ code: 0, stdout: 'blur 1.2.0 breaks nothing that 1.2.0 had.\n' })

    own.write('index.ts', node("radius: port.int({ min: 0, max: 32 }), kind: port.choice(['box', 'lens']), more: port.int({ default: 1 })"))
    const broken = await own.run('plugins', 'check')
    expect(broken).toEqual({
      code: 1, signal: null,
      stdout: [
        'breaking  Blur: input "radius": range narrowed, from 0…64 to 0…32',
        'breaking  Blur: input "kind": choice "gauss" removed',
        '          Blur: input "kind": choice "lens" added',
        '          Blur: input "more" added', '',
      ].join('\n'),
      stderr: 'error: blur 1.2.0 breaks workflows that were made with 1.2.0. Take that back, or raise the version to 2.0.0.\n',
    })
    own.write('package.json', JSON.stringify({ name: 'blur', version: '2.0.0', kinograph: { plugin: './index.ts' } }))
    expect(await own.run('plugins', 'check')).toMatchObject({ code: 0, stdout: expect.stringContaining('as its version says') })
  })

  test('says what is wrong with the file, the plugin, the folder or the word', async () => {
    const own = project().write('index.ts', node('')).write('kinograph.snapshot.json', '{')
    expect(await own.run('plugins', 'check')).toMatchObject({ code: 2, stderr: expect.stringContaining('it is no JSON. Write it anew') })
    own.write('index.ts', 'throw new Error("no")')
    expect(await own.run('plugins', 'check')).toMatchObject({ code: 1, stderr: expect.stringContaining('it failed while it was loaded: no') })
    expect(await own.run('plugins', 'snap')).toMatchObject({ code: 2, stderr: expect.stringContaining('expected list, test, snapshot, check, got "snap"') })
    expect(await new Project().run('plugins', 'check')).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no plugin in') })
    expect(await new Project().run('plugins', 'test')).toMatchObject({ code: 2, stderr: expect.stringContaining('There are no tests in') })
  })
})
