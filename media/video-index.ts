import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { MediaError } from './error.ts'
import { broken } from './byte-source.ts'
import { decodingFailure, everyFrame, meaningfulLines, openingArguments } from './decode-command.ts'
import type { VideoInput } from './decode-command.ts'
import { killAtExit } from './ffmpeg.ts'

/** What a video holds, found by decoding it once without looking at its pixels. */
export interface VideoIndex {
  readonly width: number
  readonly height: number
  /** When each frame is shown, in seconds, as the file says. */
  readonly times: readonly number[]
  /** What ffmpeg complained about, if anything. */
  readonly complaints: readonly string[]
}

export interface IndexLimits { readonly maxFrames: number; readonly maxSeconds: number; readonly signal?: AbortSignal | undefined }

const TICKS = 1_000_000                                                 // a second
const MAX_STDERR = 16_384

/**
 * Decodes the video for the times of its frames: what a container claims about their number may be wrong, or a trap.
 * Frames are turned upright. Throws MediaError for what can't be decoded or passes a limit; the signal's reason.
 */
export async function indexVideo(input: VideoInput, limits: IndexLimits): Promise<VideoIndex> {
  limits.signal?.throwIfAborted()
  const child = spawn(input.decoder.path, [
    ...openingArguments(input), ...everyFrame(input),
    '-c:v', 'wrapped_avframe', '-enc_time_base', `1/${TICKS}`, '-f', 'framecrc', 'pipe:1',
  ], { stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => { child.kill('SIGKILL') }
  const forget = killAtExit(kill)
  limits.signal?.addEventListener('abort', kill, { once: true })
  const timer = setTimeout(kill, limits.maxSeconds * 1000)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr = (stderr + text).slice(-MAX_STDERR) })
  const closed = once(child, 'close').catch((error: unknown) => { throw decodingFailure(String(error), input) })
  try {
    const index = await readTimes(child.stdout, input, limits)
    const [code, signal] = await closed
    limits.signal?.throwIfAborted()
    if (signal) throw ended(input, limits)
    if (code !== 0 || index.times.length === 0 || index.width === 0) throw decodingFailure(stderr, input)
    return { ...index, complaints: meaningfulLines(stderr) }
  } finally {
    clearTimeout(timer)
    limits.signal?.removeEventListener('abort', kill)
    kill()
    await closed.catch(() => {})
    forget()
  }
}

const ended = ({ path }: VideoInput, { maxSeconds }: IndexLimits) => new MediaError({
  code: 'unreadable', path, problem: `decoding it was broken off: it took longer than ${maxSeconds} seconds, or the system ended it`,
  remedy: 'Take a part of it with a start and a duration.',
})

async function readTimes(
  output: NodeJS.ReadableStream, { path }: VideoInput, { maxFrames }: IndexLimits,
): Promise<Omit<VideoIndex, 'complaints'>> {
  const times: number[] = []
  let [width, height] = [0, 0]
  // framecrc: "#dimensions 0: 64x48", then a line a frame: stream, decoding time, time, duration, size, checksum.
  for await (const line of createInterface({ input: output })) {
    const dimensions = /^#dimensions 0: (\d+)x(\d+)/.exec(line)
    if (dimensions) [width, height] = [Number(dimensions[1]), Number(dimensions[2])]
    const time = /^0,\s*-?\d+,\s*(-?\d+),/.exec(line)?.[1]
    if (time === undefined) continue
    times.push(Number(time) / TICKS)
    if (times.length > maxFrames) throw broken(path, `it has more than ${maxFrames} frames`)
  }
  return { width, height, times }
}
