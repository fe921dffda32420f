import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runs } from '../test/laws.ts'
import { MediaError } from './error.ts'
import { frameWriter } from './frame-writer.ts'
import { alphaOf, concatFrames, convertFrames, frameBatches, sliceFrames, toF32, toU8, withChannels } from './frame-views.ts'
import { frameLength, framesOf } from './frames.ts'
import type { Channels, FrameArray, FrameDType, Frames, FrameShape } from './frames.ts'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'kinograph-frames-')) })
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const rgb = (count: number, width = 4, height = 3): FrameShape<'u8'> => ({ count, width, height, channels: 3, dtype: 'u8' })

/** Frame `index` of these, every sample telling its place. */
function frame<D extends FrameDType>(shape: FrameShape<D>, index: number): FrameArray<D> {
  const samples = Array.from({ length: frameLength(shape) }, (_, i) => (index * 31 + i * 7) % 256)
  const made = shape.dtype === 'u8' ? Uint8Array.from(samples) : Float32Array.from(samples, (value) => value / 255)
  return made as FrameArray<D>                                          // the branch is on what D names
}

async function written(shape: FrameShape, memoryBudget: number): Promise<Frames> {
  const { frames, push, finish } = frameWriter({ ...shape, memoryBudget, spillFolder: folder })
  for (let index = 0; index < shape.count; index++) await push(frame(shape, index))
  finish()
  return frames
}

const failure = async (work: Promise<unknown>): Promise<MediaError> => {
  const error = await work.then(() => null, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(MediaError)
  return error as MediaError                                            // asserted above
}

describe('written frames', () => {
  const shapes = fc.record({
    count: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }),
    channels: fc.constantFrom<Channels>(1, 3, 4), dtype: fc.constantFrom<FrameDType>('u8', 'f32'),
  })

  test('are the same from a file and from memory, in any pattern of reads', async () => {
    await fc.assert(fc.asyncProperty(shapes, fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 6 }), async (shape, reads) => {
      const memory = await written(shape, 2 ** 20)
      const spilled = await written(shape, 0)
      expect([memory.residentBytes! > 0, spilled.residentBytes]).toEqual([true, 0])
      await Promise.all(reads.map(async ([a, b]) => {
        const [from, to] = [Math.min(a, b, shape.count), Math.min(Math.max(a, b), shape.count)]
        const expected = Array.from({ length: to - from }, (_, i) => [...frame(shape, from + i)]).flat()
        const [held, read] = await Promise.all([memory.read(from, to), spilled.read(from, to)])
        expect([...held]).toEqual([...read])
        expect([...held]).toEqual(expected)
        expect(held.constructor).toBe(read.constructor)
      }))
      await Promise.all([memory.close?.(), spilled.close?.()])
    }), runs(40))
  })

  test('can be read while they are written, in order or not', async () => {
    for (const memoryBudget of [0, 2 ** 20]) {
      const { frames, push, finish } = frameWriter({ ...rgb(5), memoryBudget, spillFolder: folder })
      const order: string[] = []
      const last = frames.read(4, 5).then((data) => { order.push('last'); return data })
      const first = frames.read(0, 2).then((data) => { order.push('first'); return data })
      await push(frame(rgb(5), 0))
      expect(order).toEqual([])
      for (let index = 1; index < 5; index++) await push(frame(rgb(5), index))
      finish()
      expect(await last).toEqual(frame(rgb(5), 4))
      expect((await first).slice(36)).toEqual(frame(rgb(5), 1))
      expect(order).toEqual(['first', 'last'])
      await frames.close?.()
    }
  })

  test('pushes that are not waited for keep their order', async () => {
    const { frames, push, finish } = frameWriter({ ...rgb(20), memoryBudget: 0, spillFolder: folder })
    await Promise.all(Array.from({ length: 20 }, (_, index) => push(frame(rgb(20), index))))
    finish()
    for (let index = 0; index < 20; index++) expect(await frames.read(index, index + 1)).toEqual(frame(rgb(20), index))
    await frames.close?.()
  })

  test('belong to the reader: what it changes nobody else sees, and the pushed array may be used again', async () => {
    for (const memoryBudget of [0, 2 ** 20]) {
      const { frames, push } = frameWriter({ ...rgb(1), memoryBudget, spillFolder: folder })
      const pushed = frame(rgb(1), 3)
      await push(pushed)
      pushed.fill(0)
      ;(await frames.read(0, 1)).fill(9)
      expect(await frames.read(0, 1)).toEqual(frame(rgb(1), 3))
      await frames.close?.()
    }
  })

  test('lie in a file without a name, whose space is given back on close', async () => {
    const open = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).startsWith(folder))
    const frames = await written(rgb(3), 0)
    expect(readdirSync(folder)).toEqual([])
    expect(open()).toHaveLength(1)
    await frames.close?.()
    expect(open()).toEqual([])
    expect((await failure(frames.read(0, 1))).code).toBe('closed')
    await frames.close?.()                                              // twice is fine
  })

  test('may be closed, or dropped, while they are read and written: each read ends whole or says so', async () => {
    const large = rgb(4, 512, 512)
    for (let round = 0; round < 20; round++) {
      const { frames, push } = frameWriter({ ...large, memoryBudget: 0, spillFolder: folder })
      await push(new Uint8Array(frameLength(large)).fill(round))
      const work = Promise.allSettled([frames.read(0, 1), push(new Uint8Array(frameLength(large))), frames.read(0, 1)])
      await frames.close?.()
      for (const result of await work) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'closed' })
        else if (result.value) expect(result.value.every((value) => value === round)).toBe(true)
      }
    }
  })

  test('a failure of the writer reaches readers that wait and readers that come later', async () => {
    const { frames, push, fail } = frameWriter(rgb(3))
    const reason = new Error('out of memory')
    const waiting = expect(frames.read(1, 2)).rejects.toBe(reason)
    await push(frame(rgb(3), 0))
    fail(reason)
    await waiting
    await expect(frames.read(0, 1)).rejects.toBe(reason)
    await expect(push(frame(rgb(3), 1))).rejects.toBe(reason)
  })

  test('too few, too many, of another size or kind', async () => {
    const few = frameWriter(rgb(3))
    const waiting = failure(few.frames.read(0, 3))
    await few.push(new Uint8Array(36))
    few.finish()
    expect((await waiting).message).toBe('1 of 3 frames were written. The node that makes the frames ended early; look at its own error.')
    const one = frameWriter(rgb(1))
    await one.push(new Uint8Array(36))
    expect((await failure(one.push(new Uint8Array(36)))).problem).toBe('frame 2 was pushed to 1 frame of 4×3, RGB, u8')
    expect((await failure(frameWriter(rgb(1)).push(new Uint8Array(35)))).problem).toContain('has 35 samples (Uint8Array), expected 36')
    const floats = frameWriter({ ...rgb(1), dtype: 'f32' })
    expect((await failure(floats.push(new Uint8Array(36) as never))).problem).toContain('(Uint8Array)')
  })

  test('a reader stops waiting when it is cancelled, and leaves nothing behind', async () => {
    const { frames } = frameWriter(rgb(3))
    const stop = new AbortController()
    const waiting = frames.read(0, 1, stop.signal)
    stop.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
    await expect(frames.read(0, 1, stop.signal)).rejects.toThrow('stopped')
  })

  test('a folder that can\'t be written is told to writer and readers', async () => {
    const { frames, push } = frameWriter({ ...rgb(2), memoryBudget: 0, spillFolder: join(folder, 'none') })
    const reading = failure(frames.read(0, 1))
    expect((await failure(push(new Uint8Array(36)))).code).toBe('unwritable')
    expect((await reading).path).toBe(join(folder, 'none'))
  })

  test.each([
    [{ count: 0 }, 'count must be a whole number of at least 1, got 0'], [{ width: 1.5 }, 'width must be a whole number'],
    [{ height: -1 }, 'height must be'], [{ channels: 2 }, 'channels must be 1, 3 or 4, got 2'],
    [{ width: 60_000, height: 60_000 }, 'one frame of 60000×60000 would take'],
  ])('sizes that can\'t be: %o', (odd, message) => {
    expect(() => frameWriter({ ...rgb(1), ...odd } as FrameShape)).toThrow(message)   // odd on purpose
  })

  test('ranges that are not there', async () => {
    const frames = await written(rgb(3), 2 ** 20)
    for (const [from, to] of [[-1, 1], [0, 4], [2, 1], [0.5, 1], [Number.NaN, 1]] as const) {
      expect((await failure(frames.read(from, to))).code).toBe('bad_input')
    }
    expect((await frames.read(1, 1)).length).toBe(0)
  })
})

const pixel = (channels: Channels, ...data: number[]) =>
  framesOf(Uint8Array.from(data), { count: 1, width: 1, height: 1, channels, dtype: 'u8' })
const read = async (frames: Frames) => [...await frames.read(0, 1)]

test('frames over an array, a Buffer too, give copies', async () => {
  const bytes = Buffer.alloc(36, 5)
  const frames = framesOf(bytes, rgb(1))
  const read = await frames.read(0, 1)
  expect(read).toEqual(new Uint8Array(36).fill(5))
  read.fill(9)
  expect(bytes.every((value) => value === 5)).toBe(true)
})

describe('views', () => {
  test('u8 → f32 → u8 gives every value back; floats are clamped and truncated as the reference saves them', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i)
    expect(toU8(toF32(all))).toEqual(all)
    const odd = [-1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.999, 2, 0.5, 1]
    expect([...toU8(Float32Array.from(odd))]).toEqual([0, 0, 255, 0, 254, 255, 127, 255])
  })

  test('slices, joins and conversions read as the whole does', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.nat(8), fc.nat(8), fc.boolean(), async (count, a, b, spill) => {
      const whole = await written(rgb(count), spill ? 0 : 2 ** 20)
      const cut = Math.min(a, count)
      const parts = [[0, cut], [cut, count]].filter(([from, to]) => to! > from!).map(([from, to]) => sliceFrames(whole, from!, to!))
      const joined = convertFrames(convertFrames(concatFrames(parts), 'f32'), 'u8')
      const from = Math.min(b, count - 1)
      expect(joined.count).toBe(count)
      expect(await joined.read(from, count)).toEqual(await whole.read(from, count))
      const batches: number[] = []
      for await (const batch of frameBatches(joined, 3)) batches.push(...batch)
      expect(batches).toEqual([...await whole.read(0, count)])
      await whole.close?.()
    }), runs(40))
  })

  test('pass errors, waiting and cancel on', async () => {
    const { frames, push } = frameWriter(rgb(4))
    const view = convertFrames(sliceFrames(frames, 1, 3), 'f32')
    const stop = new AbortController()
    const cancelled = view.read(0, 1, stop.signal)
    stop.abort()
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' })
    const second = view.read(0, 1)
    for (const index of [0, 1]) await push(frame(rgb(4), index))
    expect(toU8(await second)).toEqual(frame(rgb(4), 1))
    expect((await failure(view.read(0, 3))).problem).toBe('frames 0 to 3 were asked for, there are 2')
  })

  test('channels', async () => {
    expect(await read(withChannels(pixel(1, 9), 3))).toEqual([9, 9, 9])
    expect(await read(withChannels(pixel(1, 9), 4))).toEqual([9, 9, 9, 255])
    expect(await read(withChannels(pixel(4, 1, 2, 3, 4), 3))).toEqual([1, 2, 3])
    expect(await read(withChannels(pixel(3, 1, 2, 3), 4))).toEqual([1, 2, 3, 255])
    expect(await read(withChannels(pixel(3, 255, 255, 255), 1))).toEqual([255])
    expect(await read(withChannels(pixel(3, 255, 0, 0), 1))).toEqual([54])
    expect(await read(alphaOf(pixel(4, 1, 2, 3, 4))!)).toEqual([4])
    expect(alphaOf(pixel(3, 1, 2, 3))).toBeNull()
    const same = pixel(3, 1, 2, 3)
    expect(withChannels(same, 3)).toBe(same)
  })

  test('what does not fit together is refused', () => {
    const a = framesOf(new Uint8Array(36), rgb(1))
    expect(() => concatFrames([a, framesOf(new Uint8Array(48), rgb(1, 4, 4))])).toThrow('1 frame of 4×4, RGB, u8 can\'t follow 1 frame of 4×3')
    expect(() => concatFrames([])).toThrow('no frames to join')
    expect(() => framesOf(new Uint8Array(35), rgb(1))).toThrow('an array of 35 samples can\'t be 1 frame of 4×3')
    expect(() => sliceFrames(a, 1, 1)).toThrow('count must be')
  })
})

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}
