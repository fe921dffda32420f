/** Runs the built `kinograph` as a person would, and looks at what it says and leaves. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export const root = resolve(import.meta.dirname, '../..')
const bin = join(root, 'bin', 'kinograph.js')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** What it has said so far. */
  text(stream: 'stdout' | 'stderr'): string
  /** Resolves once the text has been seen on the stream. */
  seen(stream: 'stdout' | 'stderr', text: string | RegExp): Promise<void>
}

export interface CliOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

const scratch: string[] = []
const running = new Set<ChildProcess>()

// What a test that failed has left behind.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  for (const folder of scratch) rmSync(folder, { recursive: true, force: true })
})

/** Starts `kinograph ARGS`. */
export function start(args: readonly string[], { cwd = root, env = {} }: CliOptions = {}): Started {
  requireFreshBuild()
  const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  const text = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => { text[stream] += chunk })
  }
  let isOver = false
  const ended = new Promise<Ended>((settle, fail) => {
    child.on('error', fail)
    child.on('close', (code, signal) => {
      isOver = true
      running.delete(child)
      settle({ code, signal, ...text })
    })
  })
  return {
    child,
    ended,
    text: (stream) => text[stream],
    async seen(stream, wanted) {
      const matches = () => typeof wanted === 'string' ? text[stream].includes(wanted) : wanted.test(text[stream])
      while (!matches()) {
        if (isOver) throw new Error(`kinograph ended without saying ${String(wanted)}:\n${text.stdout}\n${text.stderr}`)
        await pause(10)
      }
    },
  }
}

/** Runs `kinograph ARGS` to its end. */
export const cli = (args: readonly string[], options?: CliOptions): Promise<Ended> => start(args, options).ended

/** Process ids of the children of a process (Linux). */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z')
  } catch {
    return false
  }
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean, what: string, seconds = 20): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s until ${what}`)
    await pause(20)
  }
}

/** A folder of its own, removed when the test process ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kinograph-cli-'))
  scratch.push(folder)
  return folder
}

/** Everything below a folder, hidden things too, as relative paths. */
export const filesBelow = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort() : []

let isFresh = false

/** The tests are about dist/: an old one would test yesterday's code. Compares what was built with the sources, by content. */
function requireFreshBuild(): void {
  if (isFresh) return
  const listed = join(root, 'dist', 'sources.json')
  if (!existsSync(listed)) throw new Error('dist/ is missing: run "npm run build" first')
  const built: unknown = JSON.parse(readFileSync(listed, 'utf8'))
  for (const [path, hash] of Object.entries(Object(built))) {
    const source = join(root, path)
    const now = existsSync(source) ? createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16) : 'gone'
    if (now !== hash) throw new Error(`dist/ was built before ${path} changed: run "npm run build" first`)
  }
  isFresh = true
}
