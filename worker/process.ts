/** The operating-system side of a worker: start it in its own process group, hear how it ended, end it for certain. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redactor, secretVariables } from '../core/workflow/redact.ts'

/** How much of the worker's last words is kept for the report of its death, in characters. */
const LAST_WORDS = 4000

export interface WorkerDeath {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of what it wrote on stderr. */
  readonly lastWords: string
  /** Why its parent ended it, where that was no wish of a person's. */
  readonly reason?: DeathReason
}

export interface DeathReason {
  readonly problem: string
  readonly remedy: string
}

export interface WorkerProcess {
  readonly child: ChildProcess
  readonly died: Promise<WorkerDeath>
  /** SIGKILL to the worker and to all that it started (ffmpeg). */
  kill(reason?: DeathReason): void
}

/** The built worker, found from wherever this file was bundled to. */
export function workerEntry(from: string = import.meta.url): string {
  for (let folder = dirname(fileURLToPath(from)); ; folder = dirname(folder)) {
    const entry = join(folder, 'dist', 'worker', 'main.js')
    if (existsSync(entry)) return entry
    if (folder === dirname(folder)) throw new Error('dist/worker/main.js is missing. Run "npm run build" in kinograph\'s folder.')
  }
}

/**
 * Starts a worker. It leads a process group of its own, so that Ctrl-C in a terminal reaches only its parent, which
 * decides what to do, and so that it can be killed together with its children. What plugins print on stdout goes to
 * stderr: stdout belongs to the parent.
 * @param hear gets what it prints, without secrets; our stderr when left out
 */
export function startWorkerProcess(
  args: readonly string[], entry: string = workerEntry(), hear: (text: string) => void = (text) => process.stderr.write(text),
): WorkerProcess {
  const child = fork(entry, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let lastWords = ''
  const redactor = new Redactor(secretVariables(process.env))
  const overhear = (chunk: string) => {
    const text = redactor.text(chunk)
    lastWords = (lastWords + text).slice(-LAST_WORDS)
    hear(text)
  }
  child.stdout?.setEncoding('utf8').on('data', overhear)
  child.stderr?.setEncoding('utf8').on('data', overhear)
  let reason: DeathReason | undefined
  const died = new Promise<WorkerDeath>((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, lastWords: error.message }))
    child.on('close', (code, signal) => resolve({ code, signal, lastWords, ...(reason && { reason }) }))
  })
  const kill = (why?: DeathReason) => {
    reason ??= why
    killGroup(child)
  }
  return { child, died, kill }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ESRCH'
    if (!gone) throw error
  }
}

/** What a worker's end means, in one sentence, and what may help. */
export function explainDeath({ code, signal, lastWords, reason }: WorkerDeath): DeathReason {
  if (reason) return reason
  if (/heap out of memory/i.test(lastWords)) {
    return {
      problem: 'the worker ran out of JavaScript heap memory',
      remedy: 'Use a smaller size or fewer frames, or give it more: NODE_OPTIONS=--max-old-space-size=8192.',
    }
  }
  if (signal === 'SIGKILL') {
    return {
      problem: 'the worker was killed (SIGKILL), by somebody or by the system for want of memory',
      remedy: 'If nobody killed it, memory ran out: use a smaller size or fewer frames, or close other programs.',
    }
  }
  const how = signal === null ? `exit code ${code}` : signal
  return { problem: `the worker ended unexpectedly (${how})`, remedy: 'Its last words are above; "kinograph doctor" checks the installation.' }
}
