/**
 * A process that works with a store until it is killed. Built and started by processes.ts:
 *
 *   submit FOLDER THREAD [COUNT]   submits jobs j0, j1, … eight at a time, up to so many; writes each one's number once it is acknowledged
 *   follow FOLDER THREAD SEED   does the steps of steps.ts one after the other; writes a line after each
 *   hold FOLDER THREAD     opens the store, writes `open`, and keeps it
 *   fill FOLDER THREAD     submits jobs until one fails, writes `failed` with the error's code, tries on until one is accepted; closes
 *   try FOLDER THREAD [UID]   as the user, opens, submits one job, closes; writes `ok`, or the error as JSON
 */
import { writeSync } from 'node:fs'
import { openStore } from '../open-store.ts'
import { step, stepsOf } from './steps.ts'

const [what, folder = '', thread = '', extra = ''] = process.argv.slice(2)
const say = (line: string): void => void writeSync(1, `${line}\n`)
const open = () => openStore(folder, { thread: new URL(thread) })
const job = (id: string) => ({ id, title: id, nodes: 1, created: 1, request: { workflow: id.repeat(20) } as never, origin: { api: 'kinograph' as const } })

async function submit(): Promise<void> {
  const store = await open()
  for (let from = 0; from < Number(extra || Infinity); from += 8) {
    await Promise.all(Array.from({ length: 8 }, async (_, index) => {
      await store.submit(job(`j${from + index}`))
      say(String(from + index))
    }))
  }
}

async function follow(): Promise<void> {
  const store = await open()
  say('open')
  for (const one of stepsOf(Number(extra))) {
    await step(store, one)
    say('.')
  }
  setInterval(() => {}, 1000)
}

async function hold(): Promise<void> {
  await open().then(() => say('open'), () => process.exit(1))
}

async function fill(): Promise<void> {
  const store = await open()
  for (let count = 0, hasFailed = false; ; count++) {
    try {
      await store.submit({ ...job(`j${count}`), request: { workflow: 'x'.repeat(20_000) } as never })
      say(`j${count}`)
      if (hasFailed) break
    } catch (error) {
      if (!hasFailed) say(`failed ${error instanceof Error && 'code' in error ? String(error.code) : String(error)} ${String(error)}`)
      hasFailed = true
      await new Promise((settle) => setTimeout(settle, 20))
    }
  }
  await store.close()
  say('closed')
}

async function attempt(): Promise<void> {
  if (extra !== '') process.setuid?.(Number(extra))
  try {
    const store = await open()
    await store.submit(job(`j${process.pid}`))
    await store.close()
    say('ok')
  } catch (error) {
    say(JSON.stringify(error instanceof Error && 'code' in error ? { code: error.code, message: error.message } : String(error)))
  }
}

await ({ submit, follow, hold, fill, try: attempt }[what ?? ''] ?? (() => Promise.reject(new Error(`what is ${what}?`))))()
