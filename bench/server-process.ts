/** A server to be measured: `kinograph serve` in a folder of its own, and express alone beside it. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { family } from './start.ts'

/** The project's folder. */
export const root = resolve(import.meta.dirname, import.meta.dirname.includes('dist') ? '../..' : '..')
const ADDRESS = /http:\/\/127\.0\.0\.1:(\d+)/

export interface Measured {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** From the start of the process to the first answer that says it is ready. */
  readonly seconds: number
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** Starts a server and waits until it is ready. */
export async function startKinograph(config: object = {}): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'kinograph-bench-'))
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ logLevel: 'warn', ...config }))
  const started = performance.now()
  const child = spawn(process.execPath, [join(root, 'bin/kinograph.js'), 'serve', '--port=0', `--data-dir=${folder}/data`, `--config=${folder}/config.json`],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: folder })
  const port = await portOf(child)
  const url = `http://127.0.0.1:${port}`
  while (!(await fetch(`${url}/ready`)).ok) await pause(5)
  const seconds = (performance.now() - started) / 1000
  return { url, port, pid: child.pid!, seconds, stop: () => ended(child, folder) }
}

/** An express application that answers an empty POST with an empty answer: what there is to be reached. */
export async function startExpress(): Promise<Measured> {
  const started = performance.now()
  const program = `const app = require('express')(); app.post('/', (_, response) => { response.end() })
    const server = app.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port))`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'], cwd: root })
  const port = await portOf(child)
  return { url: `http://127.0.0.1:${port}`, port, pid: child.pid!, seconds: (performance.now() - started) / 1000, stop: () => ended(child) }
}

async function portOf(child: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const [, port] = ADDRESS.exec(line) ?? []
    if (port !== undefined) {
      child.stdout!.resume()
      return Number(port)
    }
  }
  throw new Error('the server ended without saying where it listens')
}

async function ended(child: ChildProcess, folder?: string): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}

/** Proportional set size of a process and all its descendants, in MB: what they take together, what they share counted once. */
export function treeMegabytes(pid: number): number {
  return family(pid).reduce((sum, one) => sum + proportional(one), 0) / 1024
}

function proportional(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0 // it has ended
  }
}
