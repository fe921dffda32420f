import type { VideoInput } from './decode-command.ts'
import { FrameCursor } from './frame-cursor.ts'
import type { FrameSize } from './frame-cursor.ts'
import { closed } from './frame-store.ts'
import { checkRange } from './frames.ts'
import type { Frames } from './frames.ts'

/** Decoders at work for one video: one for each reader, up to here. */
const MAX_CURSORS = 3
/** Frames that are kept because they were just decoded: for readers that go backwards or follow each other. */
const RECENT_BYTES = 64 * 2 ** 20
/** An idle decoder and the recent frames are let go after this. */
const IDLE_MS = 5_000

/**
 * Frames decoded when they are read. Reading on is one decoder's steady work; a jump starts another, which passes over
 * what lies before. Holds a few frames at most.
 */
export function decodedFrames(input: VideoInput, { width, height }: FrameSize, count: number): Frames<'u8'> {
  const pool = new CursorPool(input, { width, height })
  const bytes = width * height * 3
  const frames: Frames<'u8'> = {
    count, width, height, channels: 3, dtype: 'u8',
    get residentBytes() { return pool.recentBytes },
    async read(from, to, signal) {
      checkRange({ count }, from, to)
      const into = new Uint8Array((to - from) * bytes)
      for (let index = from; index < to; index++) {
        signal?.throwIfAborted()
        into.set(await pool.frame(index, signal), (index - from) * bytes)
      }
      return into
    },
    async close() { pool.close() },
  }
  forgotten.register(frames, pool)
  return frames
}

// Frames dropped without close() end their decoders when they are collected.
const forgotten = new FinalizationRegistry<CursorPool>((pool) => pool.close())

class CursorPool {
  readonly #input: VideoInput
  readonly #size: FrameSize
  readonly #idle: FrameCursor[] = []
  readonly #recent = new Map<number, Uint8Array>()
  readonly #waiting: (() => void)[] = []
  #busy = 0
  #isClosed = false
  #timer: NodeJS.Timeout | undefined

  constructor(input: VideoInput, size: FrameSize) {
    this.#input = input
    this.#size = size
  }

  get recentBytes(): number {
    return this.#recent.size * this.#size.width * this.#size.height * 3
  }

  /** One frame; the array is ours. */
  async frame(index: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    if (this.#isClosed) throw closed()
    const known = this.#recent.get(index)
    if (known) return known
    const cursor = await this.#cursorFor(index)
    const stop = () => cursor.stop()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      for (;;) {
        const position = cursor.position
        const frame = await cursor.next()
        this.#remember(position, frame)
        if (position !== index) continue
        this.#giveBack(cursor)
        return frame
      }
    } catch (error) {
      cursor.stop()
      this.#release()
      signal?.throwIfAborted()
      throw this.#isClosed ? closed() : error
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  /** A decoder that stands at `index` or shortly before it. */
  async #cursorFor(index: number): Promise<FrameCursor> {
    clearTimeout(this.#timer)
    while (this.#busy >= MAX_CURSORS) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    if (this.#isClosed) throw closed()
    this.#busy++
    const near = this.#idle.filter(({ position }) => position <= index && index - position <= this.#reach)
      .reduce<FrameCursor | undefined>((best, one) => best && best.position >= one.position ? best : one, undefined)
    if (near) {
      this.#idle.splice(this.#idle.indexOf(near), 1)
      near.hold(true)
      return near
    }
    while (this.#idle.length + this.#busy > MAX_CURSORS) this.#idle.shift()?.stop()
    // A reader that goes backwards finds what lies before among the recent frames the next time.
    const isBackwards = this.#recent.has(index + 1)
    return new FrameCursor(this.#input, this.#size, isBackwards ? Math.max(0, index - this.#reach + 1) : index)
  }

  /** How many frames are worth decoding to keep them. */
  get #reach(): number {
    return Math.max(1, Math.floor(RECENT_BYTES / (this.#size.width * this.#size.height * 3)))
  }

  #remember(index: number, frame: Uint8Array): void {
    this.#recent.set(index, frame)
    while (this.#recent.size > this.#reach) this.#recent.delete(this.#recent.keys().next().value!)
  }

  #giveBack(cursor: FrameCursor): void {
    cursor.hold(false)
    if (this.#isClosed) cursor.stop()
    else this.#idle.push(cursor)
    this.#release()
  }

  #release(): void {
    this.#busy--
    this.#waiting.shift()?.()
    if (this.#busy === 0) this.#timer = setTimeout(() => this.#letGo(), IDLE_MS).unref()
  }

  #letGo(): void {
    for (const cursor of this.#idle.splice(0)) cursor.stop()
    this.#recent.clear()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#letGo()
    for (const wake of this.#waiting.splice(0)) wake()
  }
}
