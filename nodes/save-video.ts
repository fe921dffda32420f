import { defineNode } from '../core/types/index.ts'
import type { Complaint } from '../core/types/index.ts'
import { encodeVideo, VIDEO_CODECS } from '../media/index.ts'
import type { VideoCodec } from '../media/index.ts'
import { aboutInput } from './failure.ts'
import { OUTPUTS, PROVENANCE } from './services.ts'
import { checkPrefix } from './save/prefix.ts'
import { port } from './types/index.ts'

const FORMATS = ['auto', 'mp4', 'webm', 'gif', 'webp'] as const
const CODECS = ['auto', 'h264', 'vp9', 'vp8'] as const

/** Which container and codec are meant: `auto` follows from the other, and is H.264 in mp4 where both are. */
export function videoKind(format: typeof FORMATS[number], codec: typeof CODECS[number]) {
  const fitting = codec === 'vp9' || codec === 'vp8' ? 'webm' : 'mp4'
  return { format: format === 'auto' ? fitting : format, codec } as const
}

/** For `validate`: a codec that the format can't hold, a crf that the codec doesn't know. */
function checkKind(format: typeof FORMATS[number], codec: typeof CODECS[number], crf: number | undefined): Complaint<'codec' | 'crf'>[] {
  const kind = videoKind(format, codec)
  const codecs: readonly (VideoCodec | 'auto')[] = ['auto', ...VIDEO_CODECS[kind.format]]
  if (!codecs.includes(codec)) {
    return [{ input: 'codec', problem: `expected one that ${format} can hold (${codecs.join(', ')}), got ${codec}`, remedy: 'Set it to auto.' }]
  }
  if (crf === undefined || crf <= 51 || kind.format !== 'mp4') return []
  return [{ input: 'crf', problem: `expected 0 to 51 for H.264, got ${crf}`, remedy: 'Set it to 18, for example.' }]
}

/** A video that carries its workflow. Takes frames as they come. Names as ComfyUI's node has them, what follows codec is ours. */
export const saveVideo = defineNode({
  type: 'SaveVideo',
  category: 'video',
  title: 'Save video',
  summary: 'Writes a video (or pictures, at the given speed) as mp4, webm, gif or webp into the output folder.',
  output: true,
  idempotent: false,
  inputs: {
    video: port.union([port.video(), port.image()]),
    filename_prefix: port.string({ default: 'video', tooltip: 'a number follows; a / makes a subfolder' }),
    format: port.choice(FORMATS, { default: 'auto', tooltip: 'auto: mp4, or what the codec needs' }),
    codec: port.choice(CODECS, { default: 'auto', tooltip: 'auto: h264 in mp4, vp9 in webm' }),
    fps: port.float({ default: 8, min: 0.1, max: 240, tooltip: 'frames per second, where pictures come instead of a video' }),
    crf: port.int({ default: 18, min: 0, max: 63, advanced: true, tooltip: 'quality of mp4 and webm: 0 is lossless, 18 looks like the frames, 28 is small' }),
    loop: port.int({ default: 0, min: 0, max: 65_535, advanced: true, tooltip: 'how often gif and webp play; 0: for ever' }),
    quality: port.int({ default: 90, min: 1, max: 100, advanced: true, tooltip: 'quality of webp, unless crf is 0: then it is lossless' }),
    workflow: port.hidden('workflow'),
  },
  outputs: {},
  validate: ({ filename_prefix: prefix, format, codec, crf }) => [
    ...checkPrefix('filename_prefix', prefix),
    ...(format === undefined || codec === undefined ? [] : checkKind(format, codec, crf)),
  ],
  async run({ video, filename_prefix: prefix, format, codec, fps: stillFps, crf, loop, quality, workflow }, { use, signal, progress, place, ui }) {
    const { frames, fps } = 'frames' in video ? video : { frames: video, fps: stillFps }
    const metadata = await use(PROVENANCE).describe(workflow, signal)
    const onFrame = (done: number, total: number) => progress(done, total)
    const kind = videoKind(format, codec)
    const settings = { crf, loop, quality: crf === 0 ? 'lossless' as const : quality }
    const { filename, subfolder } = await aboutInput('video', () => use(OUTPUTS).save(place, prefix, kind.format, (path) =>
      encodeVideo(frames, path, { ...kind, ...settings, fps, metadata, signal, onFrame })))
    ui({ images: [{ filename, subfolder, type: 'output' }], animated: [true] })
    return {}
  },
})
