import { resolve } from 'node:path'
import { MediaError } from './error.ts'
import { broken } from './byte-source.ts'
import type { Decoder } from './find-decoder.ts'
import type { VideoKind } from './video-kind.ts'

/** The file to decode, and which part of it. */
export interface VideoInput {
  readonly path: string
  readonly kind: Exclude<VideoKind, 'animation'>
  readonly decoder: Decoder
  readonly start: number
  /** 0: to its end. */
  readonly seconds: number
  /** Width · height of a frame, at most. */
  readonly maxPixels: number
}

/** Decoders that are widely used and tested; ffmpeg has hundreds more, for games of the nineties and the like. */
const CODECS = [
  'h264', 'hevc', 'vp8', 'vp9', 'libvpx', 'libvpx-vp9', 'av1', 'libdav1d', 'libaom-av1', 'mpeg4', 'mpeg2video', 'mpeg1video',
  'mjpeg', 'prores', 'ffv1', 'rawvideo', 'png',
]

/**
 * Arguments that open the file so that it can do nothing but give pictures: its demuxer is named, not guessed; no
 * protocol but files, no reference to another file; a list of decoders; bounds on size and processor time.
 */
export function openingArguments({ path, kind, start, seconds, maxPixels }: VideoInput): string[] {
  return [
    '-nostdin', '-hide_banner', '-v', 'error', '-timelimit', '3600',
    '-protocol_whitelist', 'file,pipe', '-format_whitelist', kind, '-codec_whitelist', CODECS.join(','),
    '-max_pixels', String(maxPixels), '-max_streams', '100', '-an', '-sn', '-dn',
    ...(kind === 'mov' ? ['-enable_drefs', '0', '-use_absolute_path', '0'] : []),
    ...(start > 0 ? ['-ss', String(start)] : []), ...(seconds > 0 ? ['-t', String(seconds)] : []),
    '-f', kind, '-i', `file:${resolve(path)}`,                          // "file:" also disarms a leading "-"
    '-map', '0:v:0',
  ]
}

/** Each frame once, none repeated or dropped. */
export const everyFrame = ({ decoder }: VideoInput): string[] =>
  decoder.hasFpsMode ? ['-fps_mode', 'passthrough'] : ['-vsync', '0']

/** What ffmpeg's messages mean for the person. `stderr` is its end. */
export function decodingFailure(stderr: string, { path, maxPixels }: Pick<VideoInput, 'path' | 'maxPixels'>): MediaError {
  if (/matches no streams/.test(stderr)) {
    return new MediaError({ code: 'unreadable', path, problem: 'it has no video, sound at most', remedy: 'Choose another file.' })
  }
  const codec = /Codec \(([^)]*)\) not on whitelist/.exec(stderr)?.[1]
  if (/max pixel count/.test(stderr)) {
    return new MediaError({ code: 'unreadable', path, problem: `its frames have more than ${maxPixels} pixels`, remedy: 'Scale it down first.' })
  }
  if (codec !== undefined) {
    return new MediaError({
      code: 'unreadable', path, problem: `it is encoded as ${codec}, which is not decoded`, remedy: 'Convert it to H.264 first.',
    })
  }
  const lines = meaningfulLines(stderr).slice(-2).join(' / ').slice(-300)
  return broken(path, lines === '' ? 'no frame of it can be decoded' : `it can't be decoded (${lines})`)
}

/** Without complaints about sound, whose decoders are not let in, and without repetitions. */
export const meaningfulLines = (stderr: string): string[] => stderr.split('\n')
  .map((line) => line.replace(/^\[[^\]]*\]\s*/, '').trim())
  .filter((line, index, lines) => line !== '' && !/not on whitelist|Last message repeated/.test(line) && lines.indexOf(line) === index)
