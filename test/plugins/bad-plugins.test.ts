/** ATTACKS 52: what plugins may do wrong. Each is reported in words and left out; everything else goes on. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { childrenOf, isAlive, until } from '../cli/harness.ts'
import { linesOf, Project } from './scratch-plugins.ts'

const fine = () => new Project().node('fine', 'Fine', 'return { y: x + 1 }')

/** What is said of the plugin `bad`, and whether the node of the plugin beside it still works. */
async function beside(project: Project): Promise<{ warnings: string[]; code: number | null; value: string }> {
  const path = project.workflow({ fine: { type: 'Fine', x: 41 } }, { outputs: [{ name: 'answer', node: 'fine', output: 'y' }] })
  const { stdout, stderr, code } = await project.run('run', path)
  return { warnings: linesOf(stderr, 'warning: '), code, value: stdout.trim() }
}

describe('while it is loaded', () => {
  test.each([
    ['throws', 'throw new RangeError("no luck")', /^warning: skipped plugin "bad": it failed while it was loaded: RangeError: no luck \(index\.ts:2:7\)\.$/],
    ['throws a text', 'throw "just words"', /it threw "just words", which is no Error/],
    ['rejects later', 'await Promise.reject(new Error("in the end"))', /it failed while it was loaded: in the end/],
    ['waits for ever', 'await new Promise(() => {})', /it was not loaded within 5 s\. Its module must not wait/],
    ['computes for ever', 'for (;;);', /it was not loaded within 5 s and kept its process busy\. Its module must only declare/],
    ['ends the process', 'process.exit(3)', /it called process\.exit\(3\) while it was loaded \(index\.ts:2:9\)\. A plugin must not end the process/],
    ['crashes the process', 'process.kill(process.pid, "SIGSEGV"); for (;;);', /the worker process ended while it was loaded \(the worker ended unexpectedly \(SIGSEGV\)\)/],
    ['fills the memory', 'const all = []; for (;;) all.push(new Array(1e6).fill({}))', /the worker process ended while it was loaded \(the worker ran out of JavaScript heap memory\)/],
    ['leaves an error behind', 'setTimeout(() => { throw new Error("stray") }, 0); await new Promise(() => {})', /the worker process ended while it was loaded/],
    ['is no TypeScript', 'export default {', /skipped plugin "bad": plugins\/bad\/index\.ts:2:17: Expected identifier but found end of file\.$/],
    ['exports nothing', 'export const nodes = []', /its default export has no list `nodes`\. Write: export default definePlugin/],
    ['exports no nodes', 'export default { nodes: [{ type: "Half" }] }', /node type "Half" is no node type: it needs type, inputs, outputs and run/],
    ['imports what there is not', 'import { wonder } from "kinograph"; wonder()', /it imports "wonder", which kinograph or a package does not have\. Check the spelling/],
    ['imports a package that is missing', 'import "left-padding"', /the package "left-padding" is not installed; run "npm install" in /],
    ['is of a newer API', 'export default definePlugin({ apiVersion: "7.0", nodes: [] })', /it is written for plugin API 7\.0, and this kinograph has 1\.0\. Update kinograph/],
    ['takes the name of the engine', 'export default definePlugin({ name: "kinograph", nodes: [] })', /plugin "kinograph": that is the name of the engine's own nodes/],
  ])('one that %s is left out', async (_, code, message) => {
    const project = fine().plugin('worse', code)
    if (message.source.includes('within')) project.impatient()
    if (code.includes('fill(')) project.env['NODE_OPTIONS'] = '--max-old-space-size=200'
    project.write('plugins/bad/package.json', '{ "name": "bad" }').write('plugins/bad/index.ts',
      readFileSync(join(project.folder, 'plugins/worse/index.ts'), 'utf8')).write('plugins/worse/index.ts', 'export default { nodes: [] }')
    const { warnings, code: ended, value } = await beside(project)
    expect(warnings).toEqual([expect.stringMatching(message)])
    expect([ended, value]).toEqual([0, 'answer: 42'])
  })

  test('one that claims a taken node is left out; both are named', async () => {
    const twice = fine().node('zweite', 'Fine', 'return { y: 0 }').node('core', 'SaveImage', 'return { y: 0 }')
    expect((await beside(twice)).warnings).toEqual([
      'warning: skipped plugin "core": node type "SaveImage" is claimed by two nodes: both "kinograph" and "core" claim it. Rename one of them, or remove one of the plugins.',
      'warning: skipped plugin "zweite": node type "Fine" is claimed by two nodes: both "fine" and "zweite" claim it. Rename one of them, or remove one of the plugins.',
    ])
  })

  test('one that claims the name of another is left out', async () => {
    const project = fine().plugin('later', 'export default definePlugin({ name: "fine", nodes: [] })')
    expect((await beside(project)).warnings).toEqual([
      'warning: skipped plugin "fine": another plugin of that name is loaded already. Rename it, or remove one of the two.',
    ])
  })

  test('what it changes of the language is put back', async () => {
    const project = fine().node('pollutes', 'Polluter', 'return { y: 1 }', `
      Object.prototype.polluted = 'everywhere'
      Array.prototype.map = () => { throw new Error('no map for you') }`)
    const { warnings, value } = await beside(project)
    expect(warnings).toEqual(['warning: plugin "pollutes": it changed Object.prototype.polluted, Array.prototype.map, which all code shares; that was undone'])
    expect(value).toBe('answer: 42')
  })

  test('what it changes of the engine does not change', async () => {
    const project = fine().plugin('meddles', `import { IMAGE } from 'kinograph'
for (const spoil of [() => { port.float = () => port.int() }, () => { IMAGE.check = () => true }]) try { spoil() } catch {}
export default definePlugin({ nodes: [] })`).node('zfine', 'LateFine', 'return { y: x + 0.5 }')
    const path = project.workflow({ it: { type: 'LateFine', x: 1 } }, { outputs: [{ name: 'answer', node: 'it', output: 'y' }] })
    expect((await project.run('run', path)).stdout).toBe('answer: 1.5\n')
  })

  test('--safe loads none', async () => {
    const project = fine().plugin('bad', 'throw new Error()')
    expect(await project.run('plugins', '--safe')).toMatchObject({ code: 0, stderr: '', stdout: 'No plugins are loaded with --safe.\n' })
    expect((await project.run('nodes', '--safe')).stdout).not.toContain('Fine')
  })
})

describe('a workflow that needs a plugin that was left out', () => {
  test('names it, from what it had when it worked, or from its source', async () => {
    const project = new Project().node('moody', 'Moody', 'return { y: 1 }')
    const path = project.workflow({ it: { type: 'Moody' } })
    expect(await project.run('run', path, '--quiet')).toMatchObject({ code: 0 })
    project.write('plugins/moody/index.ts', 'throw new Error("not today")')
    expect(linesOf((await project.run('run', path)).stderr, 'error:')).toEqual([
      'error: Moody (node it): there is no node type "Moody" here. Plugin "moody" provides it, but was skipped. ' +
      'What is wrong with it: plugin "moody": it failed while it was loaded: not today (index.ts:1:7).',
    ])
    const fresh = new Project().node('never', 'Never', 'return { y: 1 }', 'throw new Error("never yet")')
    const said = await fresh.run('validate', fresh.workflow({ it: { type: 'Never' } }))
    expect(said).toMatchObject({ code: 2, stderr: expect.stringContaining('Plugin "never" seems to provide it, but was skipped.') })
  })

  test('runs what else it has', async () => {
    const project = fine().plugin('bad', 'throw new Error("Bad")')
    const path = project.workflow({ fine: { type: 'Fine' }, bad: { type: 'Bad' } })
    const { code, stderr } = await project.run('run', path)
    expect(code).toBe(1)
    expect(stderr).toContain('Done in')
    expect(linesOf(stderr, 'warning: left out: Bad (node bad)')).toHaveLength(1)
  })
})

describe('while its node runs', () => {
  const failure = async (run: string, more = '') => {
    const project = new Project().node('bad', 'Bad', run, more)
    const { code, stderr } = await project.run('run', project.workflow({ bad: { type: 'Bad' } }))
    return { code, error: linesOf(stderr, 'error:').join('\n'), stderr }
  }

  test.each([
    ['throws', 'throw new Error("no luck")', 'error: Bad (node bad): no luck.'],
    ['gives NaN', 'return { y: x * NaN }', 'error: Bad (node bad): output "y" should be FLOAT, got NaN. This is a mistake in the node; tell its author.'],
    ['gives another type', 'return { y: "one" }', 'error: Bad (node bad): output "y" should be FLOAT, got "one".'],
    ['gives nothing', 'return undefined', 'error: Bad (node bad): '],
    ['leaves an output out', 'return {}', 'error: Bad (node bad): it gave no output "y".'],
    ['gives one too many', 'return { y: 1, z: 2 }', 'error: Bad (node bad): '],
    ['ends the process', 'process.exit(0)', 'error: Bad (node bad): it called process.exit(0)'],
    ['kills the process', 'process.kill(process.pid, "SIGKILL"); await new Promise(() => {})', 'error: Bad (node bad): the worker was killed (SIGKILL)'],
    ['leaves an error behind', 'setTimeout(() => { throw new Error("stray") }, 0); await new Promise(() => {})', 'error: Bad (node bad): the worker ended unexpectedly (exit code 1) while this node ran'],
  ])('one that %s fails, and is named', async (_, run, message) => {
    const { code, error } = await failure(run)
    expect(error).toContain(message)
    expect(code).toBe(1)
  })

  test('one that leaks until nothing is left', async () => {
    const project = new Project().node('bad', 'Bad', 'const all = []; for (;;) all.push(new Array(1e6).fill({ x }))')
    project.env['NODE_OPTIONS'] = '--max-old-space-size=200'
    const { code, stderr } = await project.run('run', project.workflow({ bad: { type: 'Bad' } }))
    expect(linesOf(stderr, 'error:').join()).toContain('Bad (node bad): the worker ran out of JavaScript heap memory')
    expect(code).toBe(1)
  })

  test('pictures of a wrong shape are refused where they come out, or where they are read', async () => {
    const image = (value: string) => new Project().plugin('bad', `import { framesOf, mapFrames } from 'kinograph'
const good = framesOf(new Uint8Array(12), { count: 1, height: 2, width: 2, channels: 3, dtype: 'u8' })
export default definePlugin({ nodes: [defineNode({
  type: 'Bad', category: 'test', inputs: {}, outputs: { image: port.image() }, run: () => ({ image: ${value} }),
})] })`)
    const said = async (value: string) => {
      const project = image(value)
      const path = project.workflow({ bad: { type: 'Bad' }, save: { type: 'SaveImage', images: ['bad', 'image'], filename_prefix: 'x' } })
      return linesOf((await project.run('run', path)).stderr, 'error:').join()
    }
    expect(await said('{ ...good, channels: 7 }')).toContain('Bad (node bad): output "image" should be IMAGE')
    expect(await said('{ ...good, height: NaN }')).toContain('Bad (node bad): output "image" should be IMAGE')
    expect(await said('mapFrames(good, () => new Uint8Array(5))')).toContain('frame 1 came out with 5 samples, expected 2×2×3 = 12')
  })

  test.each([
    ['waits', 'await new Promise(() => setInterval(() => {}, 1000))'],
    ['computes', 'for (;;);'],
  ])('one that %s for ever is ended with Ctrl-C', async (_, run) => {
    const project = new Project().node('bad', 'Bad', run)
    const started = project.start('run', project.workflow({ bad: { type: 'Bad' } }), '--json')
    await started.seen('stdout', '"node.started"')
    const [worker] = childrenOf(started.child.pid!)
    started.child.kill('SIGINT') // asks first, and two seconds later no longer
    expect(await started.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('Cancelled.') })
    await until(() => !isAlive(worker!), 'the worker is gone')
  })

  test('what it changes of the language is put back, with a warning', async () => {
    const project = new Project().node('bad', 'Bad', 'Array.prototype.push = () => 0; Object.prototype.evil = 1; return { y: 1 }')
      .node('after', 'After', 'if (({}).evil || [].push(1) !== 1) throw new Error("spoilt"); return { y: x }')
    const path = project.workflow({ bad: { type: 'Bad' }, after: { type: 'After', x: ['bad', 'y'] } })
    const { code, stderr } = await project.run('run', path)
    expect(stderr).toContain('warning: Bad (node bad): it changed Object.prototype.evil, Array.prototype.push, which all code shares; that was undone')
    expect([code, linesOf(stderr, 'error:')]).toEqual([0, []])
  })

  //  source ──► vandal          first: the vandal, then the reader
  //   └────────────────► reader
  test('what it does to its inputs reaches nobody', async () => {
    const project = new Project().plugin('bad', `
const out = { list: port.any() }
export default definePlugin({ nodes: [
  defineNode({ type: 'Source', category: 'test', inputs: {}, outputs: out, run: () => ({ list: { deep: [1, 2], buffer: new Float32Array([3]) } }) }),
  defineNode({ type: 'Vandal', category: 'test', inputs: { list: port.any() }, outputs: { done: port.int() },
    run: ({ list }) => { list.deep.push(99); list.buffer.fill(-1); return { done: 1 } } }),
  defineNode({ type: 'Reader', category: 'test', inputs: { list: port.any(), after: port.int() }, outputs: { text: port.string() },
    run: ({ list }) => ({ text: JSON.stringify([list.deep, [...list.buffer]]) }) }),
] })`)
    const path = project.workflow({
      source: { type: 'Source' }, vandal: { type: 'Vandal', list: ['source', 'list'] },
      reader: { type: 'Reader', list: ['source', 'list'], after: ['vandal', 'done'] },
    }, { outputs: [{ name: 'seen', node: 'reader', output: 'text' }] })
    expect((await project.run('run', path)).stdout).toBe('seen: "[[1,2],[3]]"\n')
  })

  test('nor does what it does to pictures, or closing them', async () => {
    const project = new Project().plugin('bad', `
export default definePlugin({ nodes: [defineNode({
  type: 'Vandal', category: 'test', inputs: { image: port.image() }, outputs: { done: port.int() },
  async run({ image }) {
    (await image.read(0, 1)).fill(9)
    await image.close?.()
    Object.assign(image, { count: 77, read: () => { throw new Error('spoilt') } })
    return { done: 1 }
  },
}), defineNode({
  type: 'Reader', category: 'test', inputs: { image: port.image(), after: port.int() }, outputs: { text: port.string() },
  run: async ({ image }) => ({ text: image.count + ': ' + [...await image.read(0, 1)].join() }),
})] })`)
    const path = project.workflow({
      picture: { type: 'EmptyImage', width: 1, height: 1, batch_size: 1, color: 0x010203 },
      vandal: { type: 'Vandal', image: ['picture', 'IMAGE'] },
      reader: { type: 'Reader', image: ['picture', 'IMAGE'], after: ['vandal', 'done'] },
    }, { outputs: [{ name: 'seen', node: 'reader', output: 'text' }] })
    expect((await project.run('run', path)).stdout).toBe('seen: "1: 1,2,3"\n')
  })
})
