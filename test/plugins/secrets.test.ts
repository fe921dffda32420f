/** ATTACKS 30: secrets leave no trace in files, records, logs and messages. Told by the real worker. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesBelow } from '../cli/harness.ts'
import { linesOf, Project } from './scratch-plugins.ts'

const KEY = 'sk-live-Zq81"xYz/77-long-enough-to-be-cut-off-by-messages-0123456789-0123456789-0123456789'
const PIN = 'pw9' // too short to be looked for in other texts: known by its place
const VARIABLE = 'hf_ABCDEFGHijklmnop0123'
const LINK = 'https://me:hunter2hunter2@example.com/a.png?width=4&token=tok987654&sig=s1g987654'
const LEAKS = [KEY.slice(0, 16), 'long-enough', VARIABLE.slice(0, 16), 'hunter2', 'tok987654', 's1g987654']

/** `Fetch` takes a key, a pin and an address; `run` is the body of its function, which gives `image`. */
function project(run = '', more = '') {
  const made = new Project().plugin('remote', `import { framesOf } from 'kinograph'
const picture = () => framesOf(new Uint8Array(64 * 64 * 3).fill(90), { count: 1, height: 64, width: 64, channels: 3, dtype: 'u8' })
export default definePlugin({ nodes: [defineNode({
  type: 'Fetch', category: 'test',
  inputs: { key: port.string({ secret: true }), pin: port.string({ secret: true }).optional(), url: port.string({ default: '' }) },
  outputs: { image: port.image() }, ${more}
  async run({ key, pin, url }, context) { ${run}; return { image: picture() } },
})] })`)
  made.env['MY_HF_TOKEN'] = VARIABLE
  return made
}

const nodes = (more: object = {}) => ({
  fetch: { type: 'Fetch', key: KEY, pin: PIN, url: LINK, ...more },
  text: { type: 'PrimitiveString', value: `the token is ${VARIABLE}, says the shell` },
  show: { type: 'PreviewAny', source: ['text', 'STRING'] },
  png: { type: 'SaveImage', images: ['fetch', 'image'], filename_prefix: 'picture' },
  video: { type: 'CreateVideo', images: ['fetch', 'image'], fps: 4 },
  mp4: { type: 'SaveVideo', video: ['video', 'VIDEO'], filename_prefix: 'clip' },
})

/** What of the secrets stands in a text or file, in UTF-8 or UTF-16. */
function leaksIn(bytes: string | Buffer): string[] {
  const buffer = Buffer.from(bytes)
  return LEAKS.filter((leak) => buffer.includes(leak) || buffer.includes(Buffer.from(leak, 'utf16le')))
}

const leaksBelow = (folder: string, except: readonly string[] = []) => filesBelow(folder)
  .filter((name) => !except.some((one) => name.startsWith(one)) && /\.\w+$|runs/.test(name))
  .flatMap((name) => {
    try {
      return leaksIn(readFileSync(join(folder, name))).map((leak) => `${name}: ${leak}`)
    } catch {
      return [] // a folder
    }
  })

describe('a run with secrets', () => {
  test('leaves none in its files, events, cache and records; running a file again asks for what it lacks', async () => {
    const made = project('if (key.length < 80 || pin !== "pw9" || !url.includes("hunter2")) throw new Error("it did not get them")')
    const path = made.workflow(nodes())
    const { code, stdout, stderr } = await made.run('run', path, '--json', '--cache', 'disk')
    expect([code, linesOf(stderr, 'error')]).toEqual([0, []])
    expect([leaksIn(stdout), leaksIn(stderr)]).toEqual([[], []])
    const out = join(made.folder, 'output')
    const files = readdirSync(out).filter((name) => /\.(png|mp4)$/.test(name)).sort()
    expect(files).toEqual([expect.stringMatching(/^clip.*mp4$/), expect.stringMatching(/^picture.*png$/)])
    expect(files.flatMap((name) => leaksIn(readFileSync(join(out, name))))).toEqual([])
    expect(leaksBelow(made.folder, ['workflow.json', 'plugins', '.cache/plugins'])).toEqual([])

    for (const name of files) {
      const again = await made.run('run', join(out, name), '--strict')
      expect(again.code).toBe(2)
      expect(again.stderr).toContain('Fetch (node fetch), input "key": expected its secret value, which was withheld when this file or record was written.')
      expect(again.stderr).toContain('input "pin": expected its secret value')
      expect(again.stderr).toContain('input "url": expected a text that holds a secret')
    }
    const set = [`fetch.key=${KEY}`, `fetch.pin=${PIN}`, `fetch.url=${LINK}`, 'text.value=x'].flatMap((one) => ['--set', one])
    expect(await made.run('run', join(out, files[1]!), ...set)).toMatchObject({ code: 0 })
  })

  test('that come through primitives and subgraphs leave none either', async () => {
    const made = project()
    made.write('workflow.json', JSON.stringify({
      version: 1,
      nodes: [
        { id: 'key', type: 'PrimitiveString', inputs: { value: KEY } },
        { id: 'both', type: 'StringConcatenate', inputs: { string_a: 'tok987654', string_b: { from: 'key', output: 'STRING' }, delimiter: '' } },
        { id: 'fetch', type: 'subgraph:f', inputs: { secret: { from: 'both', output: 'STRING' } } },
        { id: 'png', type: 'SaveImage', inputs: { images: { from: 'fetch', output: 'out' }, filename_prefix: 'x' } },
      ],
      subgraphs: [{
        id: 'f', name: 'f', inputs: [{ name: 'secret' }], outputs: [{ name: 'out', from: 'inner', output: 'image' }],
        nodes: [{ id: 'inner', type: 'Fetch', inputs: { key: { from: '$inputs', output: 'secret' }, pin: 's1g987654' } }],
      }],
    }))
    const { code, stdout, stderr } = await made.run('run', 'workflow.json', '--json')
    expect([code, leaksIn(stdout + stderr)]).toEqual([0, []])
    expect(leaksBelow(join(made.folder, 'output'))).toEqual([])
  })

  test.each([
    ['throws them', 'throw new Error(`the server refused ${key} at ${url} (${process.env.MY_HF_TOKEN})`)', ''],
    ['throws them cut off', 'throw new Error(`no ${key.slice(0, 40)}…`, { cause: new Error(key) })', ''],
    ['warns of them', 'context.warn(`slow with ${key}`, { url, deep: [process.env.MY_HF_TOKEN] }); context.ui({ text: [key] }); context.progress(1, 2, { key })', ''],
    ['prints them', 'console.log(`I use ${process.env.MY_HF_TOKEN}`); console.error(`at ${url}`)', ''],
    ['refuses them', '', 'validate: ({ key }) => [{ input: "key", problem: `expected another than ${key}` }],'],
  ])('of which a node %s says none', async (_, run, more) => {
    const made = project(run, more)
    const path = made.workflow(nodes())
    for (const args of [['run', path, '--json'], ['run', path], ['validate', path, '--json']]) {
      made.env['KINOGRAPH_DEBUG'] = '1'
      const { stdout, stderr } = await made.run(...args)
      expect(leaksIn(stdout + stderr)).toEqual([])
    }
  })
})

test('a plugin that fails while it is loaded tells none', async () => {
  const made = project().plugin('worse', 'throw new Error(`no luck with ${process.env.MY_HF_TOKEN} at https://me:hunter2hunter2@host/`)')
  const { stdout, stderr } = await made.run('plugins')
  expect([(stdout + stderr).includes('no luck with'), leaksIn(stdout + stderr)]).toEqual([true, []])
  expect(leaksIn((await made.run('run', made.workflow(nodes()))).stderr)).toEqual([])
})

test('wrong ones are not repeated in messages', async () => {
  const made = project()
  const { code, stderr } = await made.run('run', made.workflow(nodes({ pin: 77123 })), '--strict')
  expect(code).toBe(2)
  expect(stderr).toContain('input "pin": expected a text, got a value that is not shown')
  expect([leaksIn(stderr), stderr.includes('77123')]).toEqual([[], false])
})

test('plan, explain, help, diff and nodes show none', async () => {
  const made = project('', '')
  mkdirSync(join(made.folder, 'output'), { recursive: true })
  const parameters = { parameters: [{ name: 'key', node: 'fetch', input: 'key' }, { name: 'pin', node: 'fetch', input: 'pin' }] }
  made.workflow(nodes({ key: 'another-key-that-is-long' }), parameters)
  made.write('other.json', readFileSync(join(made.folder, 'workflow.json'), 'utf8'))
  const path = made.workflow(nodes(), parameters)
  await made.run('run', path, '--cache', 'disk')
  for (const file of ['workflow.json', 'other.json']) await made.run('export', file, '--to', 'comfy-api', '--output', `api-${file}`)
  const diff = ['diff', 'api-workflow.json', 'api-other.json']
  const changed = ['--set', 'fetch.key=another-key-that-is-long']
  for (const args of [
    ['plan', path, '--json'], ['explain', path, '--json'], ['explain', path, ...changed], ['run', path, '--help'], diff, ['nodes', '--json'], ['nodes', 'Fetch'],
  ]) {
    const { stdout, stderr } = await made.run(...args)
    expect([args, leaksIn(stdout + stderr), (stdout + stderr).includes('another-key'), stdout.length > 0]).toEqual([args, [], false, true])
  }
  expect((await made.run(...diff)).stdout).toMatch(/^Fetch\.key ".withheld-by-kinograph. (...)" → ".withheld-by-kinograph. (?!\1)..."$/m)
  expect((await made.run('explain', path, ...changed)).stdout).toContain('key changed; it is secret')
  expect((await made.run('run', path, '--help')).stdout).not.toContain(PIN)
})
