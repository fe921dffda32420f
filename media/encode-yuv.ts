import { findFfmpeg, runFfmpeg } from './ffmpeg.ts'
import type { Frames } from './frames.ts'
import { evenSize, rate, rawStream } from './raw-frames.ts'
import type { RawOptions } from './raw-frames.ts'

export interface YuvOptions extends RawOptions {
  readonly fps: number
  /** Encoder and container, as ffmpeg's arguments. */
  readonly encoder: readonly string[]
  /** The file as the person knows it. */
  readonly target: string
}

/** Lets ffmpeg write frames in 4:2:0 and BT.709 to `output`. Equal frames give equal bytes. */
export async function encodeYuv(frames: Frames, output: string, options: YuvOptions): Promise<void> {
  const { default: ffmpeg } = await import('fluent-ffmpeg')
  const binary = await findFfmpeg()
  const { width, height } = evenSize(frames)
  const input = rawStream(frames, 3, true, options)
  const command = ffmpeg({ stdoutLines: 200 })
    .setFfmpegPath(binary.path)
    .input(input)
    .inputOptions(['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-framerate', rate(options.fps)])
    .outputOptions(['-map', '0:v:0', '-map_metadata', '-1', ...COLOUR, ...REPEATABLE, '-xerror', ...options.encoder])
    .output(`file:${output}`)                                           // so that no part of the path names a protocol
  try {
    await runFfmpeg(command, binary, { target: options.target, signal: options.signal })
  } finally {
    input.destroy()
  }
}

/** Without the tags players guess BT.601 for small pictures, and colours shift. The filter makes what the tags say. */
const COLOUR = [
  '-vf', 'scale=out_color_matrix=bt709:out_range=tv'
    + ':flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact'
    + ',setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv',       // what new versions go by
  '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv',
  '-pix_fmt', 'yuv420p',
]

/** No versions and times in the file, and as many threads everywhere: x264's output depends on their number. */
const REPEATABLE = ['-threads', '4', '-fflags', '+bitexact', '-flags:v', '+bitexact']
