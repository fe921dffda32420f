import { beforeEach, describe, expect, test } from 'vitest'
import { ANYTHING } from '../types/scalars.ts'
import { defineType, listType, unionType, type ValueType } from '../types/value-type.ts'
import { hold, letGo } from './holdings.ts'

interface Frames {
  readonly name: string
}
interface Video {
  readonly frames: Frames
}

let disposed: string[] = []
beforeEach(() => {
  disposed = []
})

const FRAMES = defineType<Frames>({
  id: 'FRAMES',
  check: (value): value is Frames => typeof value === 'object' && value !== null && 'name' in value,
  bytes: () => 0,
  store: 'recompute',
  dispose: ({ name }) => void disposed.push(name),
})
const VIDEO = defineType<Video>({
  id: 'VIDEO',
  check: (value): value is Video => typeof value === 'object' && value !== null && 'frames' in value,
  bytes: () => 0,
  store: 'recompute',
  parts: ({ frames }) => [frames],
})
const typed = (type: ValueType<unknown>, value: unknown) => [{ type, value }]

describe('a value is disposed of', () => {
  test('when the last one lets go, and once', () => {
    const frames = typed(FRAMES, { name: 'a' })
    hold(frames)
    hold(frames)
    letGo(frames)
    expect(disposed).toEqual([])
    letGo(frames)
    letGo(frames)
    expect(disposed).toEqual(['a'])
  })

  //  decode ──frames──► CreateVideo ──video──► …      the cache drops the frames, but keeps the video
  test('not while a value that contains it is held', () => {
    const frames = { name: 'a' }
    hold(typed(FRAMES, frames))
    hold(typed(VIDEO, { frames }))
    letGo(typed(FRAMES, frames))
    expect(disposed).toEqual([])
    letGo(typed(VIDEO, { frames }))
    expect(disposed).toEqual(['a'])
  })

  //  decode ──frames──► CreateVideo ──video──► Switch ──any──► …      only the last is held in the end
  test('not while a value that contains it is held as "any"', () => {
    const frames = { name: 'a' }
    const video = { frames }
    hold(typed(FRAMES, frames))
    hold(typed(VIDEO, video))
    hold(typed(ANYTHING, video))
    letGo(typed(VIDEO, video))
    letGo(typed(FRAMES, frames))
    expect(disposed).toEqual([])
    letGo(typed(ANYTHING, video))
    expect(disposed).toEqual(['a'])
  })

  test('not while it is held as "any" or as a member of a union', () => {
    const frames = { name: 'a' }
    const either = unionType<Frames | Video>([VIDEO, FRAMES])
    hold(typed(FRAMES, frames))
    hold(typed(ANYTHING, frames))
    hold(typed(either, frames))
    letGo(typed(FRAMES, frames))
    letGo(typed(either, frames))
    expect(disposed).toEqual([])
    letGo(typed(ANYTHING, frames))
    expect(disposed).toEqual(['a'])
  })

  test('without failing whoever drops it, when that goes wrong', async () => {
    const warning = new Promise<Error>((resolve) => process.once('warning', resolve))
    const STUCK = defineType<object>({
      id: 'STUCK',
      bytes: () => 0,
      store: 'recompute',
      check: (value): value is object => typeof value === 'object',
      dispose: () => {
        throw new Error('it is stuck')
      },
    })
    const stuck = typed(STUCK, {})
    hold(stuck)
    letGo(stuck)
    expect((await warning).message).toBe('it is stuck')
  })

  test('item by item when it is a list', () => {
    const list = typed(listType(FRAMES), [{ name: 'a' }, { name: 'b' }])
    hold(list)
    letGo(list)
    expect(disposed.sort()).toEqual(['a', 'b'])
  })
})
