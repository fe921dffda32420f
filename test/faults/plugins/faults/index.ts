/** Nodes that wait, fail, crash their worker and eat its memory, and that note each time they run. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { defineNode, definePlugin, port } from 'kinograph'

/** Where runs are noted, a line each: outside of the process, since the process may die of it. */
const journal = process.env['KINOGRAPH_FAULTS_JOURNAL']

const note = (name: string): void => {
  if (journal) appendFileSync(journal, `${name}\n`)
}

const timesNoted = (name: string): number =>
  journal && existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').filter((line) => line === name).length : 0

const wait = defineNode({
  type: 'FaultWait',
  category: 'test',
  summary: 'Waits, and stops waiting when it is told to.',
  output: true,
  idempotent: false,
  inputs: { name: port.string(), seconds: port.float({ default: 0, min: 0 }) },
  outputs: { text: port.string() },
  async run({ name, seconds }, { signal }) {
    note(name)
    await pause(seconds * 1000, undefined, { signal })
    return { text: name }
  },
})

const deaf = defineNode({
  type: 'FaultDeaf',
  category: 'test',
  summary: 'Waits, and does not hear that it is to stop.',
  output: true,
  idempotent: false,
  inputs: { name: port.string(), seconds: port.float({ default: 60, min: 0 }) },
  outputs: { text: port.string() },
  async run({ name, seconds }) {
    note(name)
    await pause(seconds * 1000)
    return { text: name }
  },
})

const die = defineNode({
  type: 'FaultDie',
  category: 'test',
  summary: 'Kills its worker the first few times that it runs.',
  output: true,
  idempotent: false,
  inputs: { name: port.string(), times: port.int({ default: 1, min: 0 }) },
  outputs: { text: port.string() },
  run({ name, times }) {
    const before = timesNoted(name)
    note(name)
    if (before < times) process.kill(process.pid, 'SIGKILL')
    return { text: name }
  },
})

const allocate = defineNode({
  type: 'FaultAllocate',
  category: 'test',
  summary: 'Takes memory until there is none.',
  output: true,
  idempotent: false,
  inputs: { name: port.string() },
  outputs: { text: port.string() },
  run({ name }) {
    note(name)
    const held: number[][] = []
    while (held.length < 1e9) held.push(Array.from({ length: 100_000 }, (_, index) => index + 0.5))
    return { text: name }
  },
})

const trivial = defineNode({
  type: 'FaultTrivial',
  category: 'test',
  summary: 'Does nothing.',
  output: true,
  inputs: { x: port.float({ default: 0 }) },
  outputs: { y: port.float() },
  run: ({ x }) => ({ y: x }),
})

export default definePlugin({ nodes: [wait, deaf, die, allocate, trivial] })
