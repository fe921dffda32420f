/** The nodes of a plugin for tests of the queue: they sleep, fail, crash, hang and fill memory, as plugins may. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes the plugin into a folder. Gives that folder, as a server is told of it. */
export function writeTestPlugin(folder: string): string {
  const plugin = join(folder, 'queue-tests')
  mkdirSync(plugin, { recursive: true })
  writeFileSync(join(plugin, 'index.ts'), SOURCE)
  return folder
}

/**
 * `TestStep` does what `action` says, `times` times; what it has done so far is counted in the file `counter`, so that it
 * is remembered when the process dies. After that it gives `value`.
 */
const SOURCE = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { defineNode, definePlugin, port } from 'kinograph'

function hasDone(counter: string, times: number): boolean {
  const done = existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0
  if (done >= times) return true
  writeFileSync(counter, String(done + 1))
  return false
}

const actions = {
  crash: () => process.kill(process.pid, 'SIGKILL'),
  segfault: () => process.kill(process.pid, 'SIGSEGV'),
  block: () => { for (;;); },
  ignore: () => new Promise(() => {}),
  allocate: () => { const held = []; for (;;) held.push(new Array(1e6).fill(held.length)); },
  throw: () => { throw new Error('this node always fails') },
  io: () => { throw new Error('EIO: i/o error, read') },
  full: () => { throw new Error('ENOSPC: no space left on device, write') },
}

const step = defineNode({
  type: 'TestStep',
  category: 'test',
  output: true,
  idempotent: false,
  inputs: {
    action: port.choice(['crash', 'segfault', 'block', 'ignore', 'allocate', 'throw', 'io', 'full']),
    times: port.int({ default: 1, min: 0, max: 1000 }),
    counter: port.string(),
    value: port.int({ default: 1 }),
  },
  outputs: { value: port.int() },
  async run({ action, times, counter, value }, ctx) {
    if (!hasDone(counter, times)) await actions[action]()
    ctx.ui({ text: [String(value)] })
    return { value }
  },
})

const sleep = defineNode({
  type: 'TestSleep',
  category: 'test',
  output: true,
  idempotent: false,
  inputs: { seconds: port.float({ default: 0.1, min: 0, max: 600 }), note: port.string({ default: '' }) },
  outputs: { value: port.int() },
  async run({ seconds, note }, ctx) {
    if (note !== '') writeFileSync(note, existsSync(note) ? readFileSync(note, 'utf8') + '+' : '+')
    const until = Date.now() + seconds * 1000
    for (let at = 0; Date.now() < until; at++) {
      if (ctx.signal.aborted) throw ctx.signal.reason
      ctx.progress(at, 1000)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return { value: 1 }
  },
})

const hooked = defineNode({
  type: 'TestHook',
  category: 'test',
  output: true,
  inputs: { word: port.string({ default: 'good' }) },
  outputs: { value: port.int() },
  validate({ word }) {
    if (word === 'deadly') process.kill(process.pid, 'SIGKILL')
    return word === 'good' ? [] : [{ input: 'word', problem: 'only the word good will do' }]
  },
  run: () => ({ value: 1 }),
})

const odd = defineNode({
  type: 'TestOdd',
  category: 'test',
  output: true,
  inputs: { file: port.choice(() => { throw new Error('no such folder') }) },
  outputs: { value: port.int() },
  run: () => ({ value: 1 }),
})

export default definePlugin({ nodes: [step, sleep, hooked, odd] })
`
