import { withFile } from './byte-source.ts'
import { findFfmpeg, runFfmpeg } from './ffmpeg.ts'
import { copyParts, incomplete } from './finish.ts'
import type { FinishOptions } from './finish.ts'
import type { Frames } from './frames.ts'
import { gifBlocks } from './gif-blocks.ts'
import type { GifBlock } from './gif-blocks.ts'
import { makeComment } from './gif-metadata.ts'
import { METADATA_KEY } from './metadata.ts'
import { rate, rawStream } from './raw-frames.ts'
import type { RawOptions } from './raw-frames.ts'

export interface GifOptions extends RawOptions {
  readonly fps: number
  /** How often it plays; 0 for ever. */
  readonly loop: number
  readonly target: string
}

/**
 * Writes frames as a GIF with one palette for all of them: they are read twice, first for the 255 colours that suit
 * them best. Progress counts the second reading.
 */
export async function encodeGif(frames: Frames, palette: string, output: string, options: GifOptions): Promise<void> {
  const { signal, target } = options
  const colours = ['-vf', 'palettegen=stats_mode=full', '-f', 'rawvideo', '-pix_fmt', 'rgba']
  await pass(frames, palette, colours, { ...options, onFrame: undefined })
  const repeats = options.loop === 0 ? '0' : options.loop === 1 ? '-1' : String(options.loop - 1)
  const map = ['-lavfi', '[0:v][1:v]paletteuse=dither=sierra2_4a', '-loop', repeats, '-f', 'gif']
  await pass(frames, output, map, { ...options, signal, target, palette })
}

async function pass(
  frames: Frames, output: string, arguments_: readonly string[], options: GifOptions & { readonly palette?: string },
): Promise<void> {
  const { default: ffmpeg } = await import('fluent-ffmpeg')
  const binary = await findFfmpeg()
  const { width, height } = frames
  const input = rawStream(frames, 3, false, options)
  const command = ffmpeg({ stdoutLines: 200 })
    .setFfmpegPath(binary.path)
    .input(input)
    .inputOptions(['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-framerate', rate(options.fps)])
  if (options.palette !== undefined) {
    command.input(`file:${options.palette}`).inputOptions(['-f', 'rawvideo', '-pix_fmt', 'rgba', '-s', '16x16'])
  }
  command.outputOptions([...arguments_, '-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact', '-xerror'])
    .output(`file:${output}`)
  try {
    await runFfmpeg(command, binary, { target: options.target, signal: options.signal })
  } finally {
    input.destroy()
  }
}

/** Checks that ffmpeg's GIF is whole, and copies it with the metadata as a comment in front of its first picture. */
export async function finishGif(from: string, to: string, options: FinishOptions): Promise<void> {
  await withFile(from, async (source) => {
    let pictures = 0
    let first: GifBlock | undefined
    try {
      for await (const block of gifBlocks(source)) {
        if (block.kind === 'picture') pictures++
        if (block.kind === 'picture' || block.kind === 'control') first ??= block
      }
    } catch {
      throw await incomplete(pictures, options)
    }
    if (!first || pictures !== options.frames) throw await incomplete(pictures, options)
    const comment = options.metadata === null ? [] : [makeComment(METADATA_KEY, options.metadata)]
    const parts = [{ start: 0, end: first.start }, ...comment, { start: first.start, end: source.size }]
    await copyParts(source, to, parts, options.target)
  })
}
