import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findFfmpeg } from '../../media/index.ts'

export interface DecodedVideo {
  readonly count: number
  readonly width: number
  readonly height: number
  /** RGB bytes, frame by frame. */
  readonly data: Buffer
  pixel(frame: number, y: number, x: number): [r: number, g: number, b: number]
  /** Mean place of the pixels that `isPart` accepts. */
  centre(frame: number, isPart: (rgb: [number, number, number]) => boolean): { x: number; y: number }
}

/** Decodes an mp4 of ours with the ffmpeg that made it. */
export async function readVideo(path: string): Promise<DecodedVideo> {
  const { path: ffmpeg } = await findFfmpeg()
  const run = promisify(execFile)
  const probe = await run(ffmpeg, ['-hide_banner', '-i', path]).catch((error: { stderr: string }) => error) // it wants an output
  const [, width, height] = /Video: h264.* (\d+)x(\d+)/.exec(probe.stderr)?.map(Number) ?? []
  const { stdout: data } = await run(ffmpeg, ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
    { encoding: 'buffer', maxBuffer: 2 ** 28 })
  const pixel = (frame: number, y: number, x: number): [number, number, number] => {
    const at = ((frame * height + y) * width + x) * 3
    return [data[at], data[at + 1], data[at + 2]]
  }
  return {
    count: data.length / (width * height * 3), width, height, data, pixel,
    centre(frame, isPart) {
      let [n, sumX, sumY] = [0, 0, 0]
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) if (isPart(pixel(frame, y, x))) [n, sumX, sumY] = [n + 1, sumX + x, sumY + y]
      }
      return { x: sumX / n, y: sumY / n }
    },
  }
}
