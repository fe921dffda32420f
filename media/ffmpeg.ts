import { existsSync } from 'node:fs'
import type { ChildProcess } from 'node:child_process'
import type { FfmpegCommand } from 'fluent-ffmpeg'
import { MediaError, diskFull, saysDiskFull, systemCode } from './error.ts'

export interface FfmpegBinary {
  readonly path: string
  /** Where it came from: the variable FFMPEG_PATH, or the package that carries one. */
  readonly source: 'FFMPEG_PATH' | '@ffmpeg-installer/ffmpeg'
}

/** The ffmpeg that will be used. Throws MediaError when there is none for this machine. */
export async function findFfmpeg(): Promise<FfmpegBinary> {
  const chosen = process.env['FFMPEG_PATH']
  if (chosen) {
    if (existsSync(chosen)) return { path: chosen, source: 'FFMPEG_PATH' }
    throw missing(chosen, 'the variable FFMPEG_PATH names an ffmpeg that is not there')
  }
  try {
    const { default: installed } = await import('@ffmpeg-installer/ffmpeg')
    return { path: installed.path, source: '@ffmpeg-installer/ffmpeg' }
  } catch (error) {                                                     // it throws strings
    throw missing(undefined, `there is no ffmpeg for ${process.platform} ${process.arch}`, error)
  }
}

const missing = (path: string | undefined, problem: string, cause?: unknown) => new MediaError({
  code: 'not_found', problem, cause,
  ...(path === undefined ? {} : { path }),
  remedy: 'Run "npm install" again, or install ffmpeg (with libx264) and set FFMPEG_PATH to its path.',
})

export interface FfmpegRun {
  /** The file being made as the person knows it, for messages. */
  readonly target: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs a prepared command and resolves when ffmpeg has ended well. On abort, or when its input fails, ffmpeg is killed;
 * the promise settles only once the process is gone, so its files can be removed.
 * Rejects with the signal's reason, with what the input stream failed with, or with MediaError.
 */
export async function runFfmpeg(command: FfmpegCommand, binary: FfmpegBinary, run: FfmpegRun): Promise<void> {
  const { target, signal } = run
  signal?.throwIfAborted()
  const ended = await untilGone(command, signal)
  signal?.throwIfAborted()
  if (ended.error) throw explain(ended.error, ended.stderr, binary, target)
}

interface Ended { readonly error?: FluentError; readonly stderr: string }
interface FluentError extends Error { readonly inputStreamError?: unknown }

function untilGone(command: FfmpegCommand, signal: AbortSignal | undefined): Promise<Ended> {
  return new Promise((resolve) => {
    let child: ChildProcess | undefined
    const kill = () => { child?.kill('SIGKILL') }
    const settle = (ended: Ended) => {
      const finish = () => {
        signal?.removeEventListener('abort', kill)
        forget()
        resolve(ended)
      }
      const lives = child?.pid !== undefined && child.exitCode === null && child.signalCode === null
      if (!lives) return finish()
      child?.once('exit', finish)
      kill()
    }
    command.once('start', () => {
      child = processOf(command)
      // fluent-ffmpeg 2.1's own listener throws when a process can't be started, out of everybody's reach.
      child?.removeAllListeners('error').once('error', (error) => settle({ error, stderr: '' }))
      if (signal?.aborted) kill()
    })
    command.once('end', (_stdout, stderr) => settle({ stderr: stderr ?? '' }))
    command.once('error', (error: FluentError, _stdout: unknown, stderr: unknown) =>
      settle({ error, stderr: typeof stderr === 'string' ? stderr : '' }))
    signal?.addEventListener('abort', kill, { once: true })
    const forget = killAtExit(kill)
    command.run()
  })
}

const running = new Set<() => void>()
let watchesExit = false

/** Has a child process ended when this one exits. Gives what takes that back. */
export function killAtExit(kill: () => void): () => void {
  running.add(kill)
  if (!watchesExit) {
    watchesExit = true
    process.on('exit', () => { for (const each of running) each() })
  }
  return () => { running.delete(kill) }
}

/** fluent-ffmpeg keeps the child on the command, but its types do not say so. */
function processOf(command: FfmpegCommand): ChildProcess | undefined {
  return (command as FfmpegCommand & { readonly ffmpegProc?: ChildProcess }).ffmpegProc
}

function explain(error: FluentError, stderr: string, binary: FfmpegBinary, target: string): unknown {
  if (error.inputStreamError !== undefined) return error.inputStreamError
  if (saysDiskFull(stderr)) return diskFull(target, error)
  const spawned = systemCode(error)
  if (spawned) return missing(binary.path, `ffmpeg could not be started (${spawned})`, error)
  if (/not available|unknown encoder|unrecognized option/i.test(error.message + stderr)) {
    return new MediaError({
      code: 'ffmpeg_failed', path: binary.path, problem: `this ffmpeg lacks what is needed (${error.message.trim()})`,
      remedy: 'Set FFMPEG_PATH to an ffmpeg that has libx264 and the mp4 format, or unset it.', cause: error,
    })
  }
  const killed = /killed with signal (\w+)/.exec(error.message)?.[1]
  return new MediaError({
    code: 'ffmpeg_failed', path: target,
    problem: killed ? `ffmpeg was ended by ${killed} before the video was complete`
      : `ffmpeg failed (${lastLines(stderr)})`,
    remedy: killed ? 'Another program, or the system short of memory, ended it; run it again.'
      : 'Nothing was written; the reason is in brackets.',
    cause: error,
  })
}

const lastLines = (stderr: string): string =>
  stderr.trim().split('\n').slice(-3).map((line) => line.trim()).join(' / ').slice(-500) || 'it gave no reason'
