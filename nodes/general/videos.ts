import { defineNode } from '../../core/types/index.ts'
import { changeRate, RATE_METHODS, sliceFrames } from '../../media/index.ts'
import { WorkflowError } from '../../core/workflow/index.ts'
import { aboutInput } from '../failure.ts'
import { imageAnswer, keepsImage, keepsSize, knownImage } from '../image-facts.ts'
import { port } from '../types/index.ts'
import { joinFrames } from './image-place.ts'

/** Names as ComfyUI's node has them, audio too, of which ours carry none. */
export const getVideoComponents = defineNode({
  type: 'GetVideoComponents',
  category: 'video',
  title: 'Parts of a video',
  summary: 'The pictures of a video, and their speed.',
  inputs: { video: port.video() },
  outputs: {
    images: port.image(),
    audio: port.any({ tooltip: 'nothing: sound is not read' }).optional(),
    fps: port.float({ tooltip: 'frames per second' }),
  },
  facts: keepsImage('video', 'images'),
  run: ({ video: { frames, fps } }) => ({ images: frames, audio: undefined, fps }),
})

/** Names as ComfyUI's node has them. */
export const videoSlice = defineNode({
  type: 'Video Slice',
  category: 'video',
  title: 'Trim video',
  summary: 'A part of a video, by seconds.',
  inputs: {
    video: port.video(),
    start_time: port.float({ default: 0, min: -100_000, max: 100_000, step: 0.001, tooltip: 'seconds; negative: counted from the end' }),
    duration: port.float({ default: 0, min: 0, step: 0.01, tooltip: 'seconds; 0: all that remains' }),
    strict_duration: port.boolean({ default: false, tooltip: 'fails where fewer seconds remain' }),
  },
  outputs: { VIDEO: port.video() },
  facts: keepsSize('video', 'VIDEO'),
  run({ video: { frames, fps }, start_time: start, duration, strict_duration: strict }) {
    const from = Math.max(0, Math.round(start * fps) + (start < 0 ? frames.count : 0))
    const to = duration === 0 ? frames.count : from + Math.max(1, Math.round(duration * fps))
    if (from >= frames.count || (strict && to > frames.count)) {
      throw new WorkflowError({
        code: 'execution_failed', input: from >= frames.count ? 'start_time' : 'duration',
        problem: `${duration || 'some'} seconds from ${start} on were asked for, the video has ${frames.count / fps}`,
        remedy: 'Choose a part inside the video.',
      })
    }
    return { VIDEO: { frames: sliceFrames(frames, from, Math.min(to, frames.count)), fps } }
  },
})

const method = () => port.choice([...RATE_METHODS], {
  default: 'nearest', tooltip: 'nearest: drops and repeats pictures; blend: mixes the two that are next in time',
})

export const concatVideos = defineNode({
  type: 'ConcatVideos',
  category: 'video',
  title: 'Join videos',
  summary: 'One video after the other, in the size and speed of the first.',
  inputs: { videos: port.variadic(port.video(), { min: 1 }), method: method() },
  outputs: { VIDEO: port.video() },
  async run({ videos, method: how }) {
    const fps = videos[0]!.fps
    const runs = videos.map((video) => changeRate(video.frames, video.fps, fps, how))
    return { VIDEO: { frames: await aboutInput('videos', () => joinFrames([runs[0]!, ...runs.slice(1)])), fps } }
  },
})

export const changeFps = defineNode({
  type: 'ChangeFPS',
  category: 'video',
  title: 'Change frame rate',
  summary: 'The same seconds with other pictures per second.',
  inputs: { video: port.video(), fps: port.float({ default: 24, min: 0.1, max: 240, step: 1 }), method: method() },
  outputs: { VIDEO: port.video() },
  facts: keepsSize('video', 'VIDEO'),
  run: ({ video, fps, method: how }) => aboutInput('fps', () =>
    ({ VIDEO: { frames: changeRate(video.frames, video.fps, fps, how), fps } })),
})

/** Names as ComfyUI's node has them. */
export const videoTemporalCrop = defineNode({
  type: 'VideoTemporalCrop',
  category: 'video',
  title: 'Trim video by frames',
  summary: 'A part of a video, by pictures.',
  inputs: {
    video: port.video(),
    start_frame: port.int({ default: 0, min: 0, max: 99_999 }),
    length: port.int({ default: 16, min: 1, max: 99_999 }),
  },
  outputs: { VIDEO: port.video() },
  facts({ start_frame: from, length }, { facts: { video } }) {
    const known = knownImage(video)
    const isKnown = known.frames !== undefined && from !== undefined && length !== undefined && from < known.frames
    return imageAnswer('video', 'VIDEO', { ...known, frames: isKnown ? Math.min(known.frames - from, length) : undefined })
  },
  run: ({ video: { frames, fps }, start_frame: from, length }) => aboutInput('start_frame', () =>
    ({ VIDEO: { frames: sliceFrames(frames, from, Math.min(frames.count, from + length)), fps } })),
})

export const videos = [getVideoComponents, videoSlice, videoTemporalCrop, concatVideos, changeFps]
