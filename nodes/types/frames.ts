import { defineType } from '../../core/types/index.ts'
import { shellOf, type Frames } from '../../media/index.ts'
import { openVideo, samplesOf, storedFrames, storedSize, streamFrames } from './stored-frames.ts'

const looksLikeFrames = (value: unknown): value is Frames =>
  typeof value === 'object' && value !== null && 'read' in value && typeof value.read === 'function' &&
  ['count', 'height', 'width'].every((size) => isSize(Reflect.get(value, size))) &&
  'channels' in value && [1, 3, 4].includes(Number(value.channels)) && 'dtype' in value && ['u8', 'f32'].includes(String(value.dtype))

const isSize = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0

/** A view counts what it looks at: the cache that keeps the one keeps the other. */
const residentBytes = ({ residentBytes: own, sources = [] }: Frames): number =>
  own ?? sources.reduce((sum, { residentBytes: bytes = 0 }) => sum + bytes, 0)

const sourcesOf = ({ sources = [] }: Frames): readonly Frames[] => sources

const close = (frames: Frames) => { frames.close?.().catch(() => {}) } // already closed, or its file is gone: nothing to give back

/** As `facts` hooks tell them of nodes that have not run. */
const factsOf = ({ count: frames, height, width }: Frames) => ({ frames, height, width })

/** A run of pictures of one size; one picture is a run of one. May still be being written when it arrives. */
export const IMAGE = defineType<Frames>({
  id: 'IMAGE',
  check: (value): value is Frames => looksLikeFrames(value) && value.channels !== 1,
  bytes: residentBytes,
  facts: factsOf,
  store: storedFrames,
  dispose: close,
  copy: shellOf,
  parts: sourcesOf,
  numbers: samplesOf,
})

/** One channel of a run of pictures: 1 where a change is wanted (ComfyUI's meaning), 0 elsewhere. */
export const MASK = defineType<Frames>({
  id: 'MASK',
  check: (value): value is Frames => looksLikeFrames(value) && value.channels === 1,
  bytes: residentBytes,
  facts: factsOf,
  store: storedFrames,
  dispose: close,
  copy: shellOf,
  parts: sourcesOf,
  numbers: samplesOf,
})

/** Pictures with a speed. */
export interface Video {
  readonly frames: Frames
  /** Frames per second. */
  readonly fps: number
}

export const VIDEO = defineType<Video>({
  id: 'VIDEO',
  check: (value): value is Video =>
    typeof value === 'object' && value !== null && 'fps' in value && typeof value.fps === 'number' &&
    'frames' in value && looksLikeFrames(value.frames),
  bytes: ({ frames }) => residentBytes(frames),
  facts: ({ frames }) => factsOf(frames),
  store: {
    size: ({ frames }) => storedSize(frames),
    stream: ({ frames, fps }) => streamFrames(frames, fps),
    open: openVideo,
  },
  copy: ({ frames, ...rest }) => ({ ...rest, frames: shellOf(frames) }),
  parts: ({ frames }) => [frames, ...sourcesOf(frames)],
  numbers: ({ frames }) => samplesOf(frames),
})
