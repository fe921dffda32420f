import { defineNode } from '../core/types/index.ts'
import { encodeVideo } from '../media/index.ts'
import { aboutInput } from './failure.ts'
import { PROVENANCE } from './services.ts'
import { checkPrefix } from './save/prefix.ts'
import { saveNumbered } from './save/numbered.ts'
import { port } from './types/index.ts'

/** H.264 in an mp4 that carries its workflow. Takes frames as they come. Names as ComfyUI's node has them, fps and crf are ours. */
export const saveVideo = defineNode({
  type: 'SaveVideo',
  category: 'video',
  title: 'Save video',
  summary: 'Writes a video (or pictures, at the given speed) as mp4 into the output folder.',
  output: true,
  idempotent: false,
  inputs: {
    video: port.union([port.video(), port.image()]),
    filename_prefix: port.string({ default: 'video', tooltip: 'a number follows; a / makes a subfolder' }),
    format: port.choice(['auto', 'mp4'], { default: 'auto' }),
    codec: port.choice(['auto', 'h264'], { default: 'auto' }),
    fps: port.float({ default: 8, min: 0.1, max: 240, tooltip: 'frames per second, where pictures come instead of a video' }),
    crf: port.int({ default: 18, min: 0, max: 51, advanced: true, tooltip: 'x264\'s quality: 0 is lossless, 18 looks like the frames, 28 is small' }),
    workflow: port.hidden('workflow'),
  },
  outputs: {},
  validate: ({ filename_prefix: prefix }) => checkPrefix('filename_prefix', prefix),
  async run({ video, filename_prefix: prefix, fps: stillFps, crf, workflow }, { use, signal, progress, paths, ui }) {
    const { frames, fps } = 'frames' in video ? video : { frames: video, fps: stillFps }
    const metadata = await use(PROVENANCE).describe(workflow, signal)
    const onFrame = (done: number, total: number) => progress(done, total)
    const { filename, subfolder } = await aboutInput('video', () => saveNumbered(paths.output, prefix, 'mp4', (path) =>
      encodeVideo(frames, path, { fps, crf, metadata, signal, onFrame })))
    ui({ images: [{ filename, subfolder, type: 'output' }], animated: [true] })
    return {}
  },
})
