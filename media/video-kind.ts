import { MediaError } from './error.ts'
import type { ByteSource } from './byte-source.ts'
import { EBML } from './ebml.ts'

/** What a file's first bytes say it is: one of ffmpeg's demuxers, or a picture that moves. */
export type VideoKind = 'mov' | 'matroska' | 'avi' | 'mpegts' | 'animation'

/**
 * The kind of a video file, by its content alone: its name says nothing. Playlists, which would let ffmpeg open other
 * files and addresses, are none of these. Throws MediaError for all else.
 */
export async function videoKind(source: ByteSource): Promise<VideoKind> {
  const head = await source.read(0, Math.min(1024, source.size))
  const kind = KINDS.find(([, is]) => is(head, head.toString('latin1', 0, 16)))
  if (kind) return kind[0]
  throw new MediaError({
    code: 'unreadable', path: source.path,
    problem: source.size === 0 ? 'it is empty' : 'it is no video of a kind that is read (mp4, mov, webm, mkv, avi, ts, gif, webp)',
    remedy: 'Convert it to mp4 first.',
  })
}

const KINDS: readonly (readonly [VideoKind, (head: Buffer, text: string) => boolean])[] = [
  ['mov', (_head, text) => /^[^]{4}(ftyp|moov|mdat|wide|free|skip|pnot)/.test(text)],
  ['matroska', (head) => head.length >= 4 && head.readUInt32BE(0) === EBML.header],
  ['avi', (_head, text) => /^RIFF[^]{4}AVI /.test(text)],
  ['mpegts', (head) => head.length > 376 && [0, 188, 376].every((at) => head[at] === 0x47)],
  ['animation', (_head, text) => /^GIF8[79]a/.test(text) || /^RIFF[^]{4}WEBP/.test(text)],
]
