/** Starts child.ts: processes that work with a store, to be killed. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { threadEntry } from '../thread-entry.ts'

const here = dirname(fileURLToPath(import.meta.url))
let built: Promise<string> | undefined

export interface Child {
  readonly process: ChildProcess
  /** Lines that it has written so far. */
  lines(): string[]
  /** Resolves once it has written so many lines, or has ended. */
  wrote(lines: number): Promise<void>
  readonly ended: Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
}

export interface ChildOptions {
  /** What a shell does before it becomes the process: limits for example. */
  readonly shell?: string
}

/** Starts a process that does `what` in a folder. */
export async function startChild(what: 'submit' | 'follow' | 'hold' | 'fill' | 'try', folder: string, extra = '', { shell }: ChildOptions = {}): Promise<Child> {
  const command = [process.execPath, await (built ??= bundle()), what, folder, (await threadEntry()).href, extra]
  const child = shell === undefined
    ? spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
    : spawn('bash', ['-c', `${shell}; exec "$@"`, 'bash', ...command], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  let changed = () => {}
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    changed()
  })
  const state = { isOver: false }
  const ended = new Promise<void>((settle) => child.on('close', () => {
    state.isOver = true
    settle()
    changed()
  }))
  const lines = () => text.split('\n').slice(0, -1)
  return {
    process: child, lines, ended,
    async wrote(count) {
      while (lines().length < count && !state.isOver) await new Promise<void>((settle) => { changed = settle })
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function bundle(): Promise<string> {
  const folder = resolve(here, '../../../node_modules/.cache/kinograph')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `store-child-${process.pid}.mjs`)
  await build({ entryPoints: [join(here, 'child.ts')], bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', outfile })
  return outfile
}
