import { stat } from 'node:fs/promises'
import { defineNode } from '../../core/types/index.ts'
import { openVideo } from '../../media/index.ts'
import { aboutInput } from '../failure.ts'
import { inputFilePort, inputPath, missingInput } from '../input-file.ts'
import { port } from '../types/index.ts'

/** A video from the input folder, decoded as its frames are read. Names as ComfyUI's node has them; start and duration are ours. */
export const loadVideo = defineNode({
  type: 'LoadVideo',
  category: 'video',
  title: 'Load video',
  summary: 'Reads a video (mp4, mov, webm, mkv, avi, ts, gif, webp) from the input folder.',
  resource: 'io',
  inputs: {
    file: inputFilePort('video'),
    start: port.float({ default: 0, min: 0, max: 100_000, step: 0.1, advanced: true, tooltip: 'seconds to leave out at the beginning' }),
    duration: port.float({ default: 0, min: 0, max: 100_000, step: 0.1, advanced: true, tooltip: 'seconds to take; 0 for all that remain' }),
  },
  outputs: { VIDEO: port.video() },
  validate: ({ file }, { paths }) => missingInput('file', paths, file),
  async fingerprint({ file }, { paths }) {
    if (file === undefined) return null
    const { size, mtimeMs } = await stat(inputPath(paths, file))
    return [size, mtimeMs]
  },
  async run({ file, start, duration }, { paths, signal, warn }) {
    const opened = await aboutInput('file', () => openVideo(inputPath(paths, file), { start, seconds: duration, signal }))
    if (opened.complaints.length > 0) {
      warn(`${file} is damaged, but could be decoded: ${opened.complaints[0]}`, { complaints: opened.complaints.slice(0, 10) })
    }
    return { VIDEO: { frames: opened.frames, fps: opened.fps } }
  },
})
