import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import { decodingFailure, everyFrame, openingArguments } from './decode-command.ts'
import type { VideoInput } from './decode-command.ts'
import { killAtExit } from './ffmpeg.ts'

/** Frames of this size, as many bytes: rgb24. */
export interface FrameSize { readonly width: number; readonly height: number }

/** Longer than this without a byte, and the decoder hangs. */
const STALL_MS = 120_000

/** An ffmpeg that decodes a video from one frame on, as fast as frames are taken. */
export class FrameCursor {
  /** The index of the frame that comes next. */
  position: number
  readonly #input: VideoInput
  readonly #bytes: number
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #chunks: AsyncIterator<Buffer>
  readonly #forget: () => void
  #rest: Buffer = Buffer.alloc(0)
  #stderr = ''

  constructor(input: VideoInput, { width, height }: FrameSize, from: number) {
    this.position = from
    this.#input = input
    this.#bytes = width * height * 3
    this.#child = spawn(input.decoder.path, [
      ...openingArguments(input), ...everyFrame(input),
      '-vf', `${from > 0 ? `select=gte(n\\,${from}),` : ''}scale=${width}:${height}:flags=${EXACT},format=rgb24`,
      '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1',
    ], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.once('error', (error) => { this.#stderr += String(error) })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => { this.#stderr = (this.#stderr + text).slice(-16_384) })
    this.#chunks = this.#child.stdout[Symbol.asyncIterator]()
    this.#forget = killAtExit(() => { this.#child.kill('SIGKILL') })
  }

  /** The next frame, [height, width, 3]. Throws MediaError when there is none. */
  async next(): Promise<Uint8Array> {
    const frame = new Uint8Array(this.#bytes)
    for (let filled = 0; filled < frame.length;) {
      if (this.#rest.length === 0) this.#rest = await this.#chunk()
      const part = this.#rest.subarray(0, frame.length - filled)
      frame.set(part, filled)
      filled += part.length
      this.#rest = this.#rest.subarray(part.length)
    }
    this.position++
    return frame
  }

  async #chunk(): Promise<Buffer> {
    const timer = setTimeout(() => this.stop(), STALL_MS)
    try {
      const { done, value } = await this.#chunks.next()
      if (!done) return value
    } catch (error) {
      this.#stderr += String(error)
    } finally {
      clearTimeout(timer)
    }
    throw decodingFailure(`${this.#stderr}\nit ends before frame ${this.position + 1}`, this.#input)
  }

  /** Whether this process waits for it: nobody reads from an idle one, and it must not keep the process alive. */
  hold(isBusy: boolean): void {
    const stream: Readable & { ref?(): void; unref?(): void } = this.#child.stdout
    if (isBusy) {
      this.#child.ref()
      stream.ref?.()
    } else {
      this.#child.unref()
      stream.unref?.()
    }
  }

  /** Ends the decoder. */
  stop(): void {
    this.#forget()
    this.#child.kill('SIGKILL')
    this.#child.stdout.destroy()
    this.#child.stderr.destroy()
  }
}

/** The same pixels from the same frames everywhere, and no shortcuts in colour. */
const EXACT = 'bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact'
