/** What an uploaded file is, by its first bytes; its name does not count. */

export type UploadKind = 'image' | 'video' | 'audio' | 'workflow'

export interface UploadFormat {
  readonly kind: UploadKind
  /** Extensions that its name may have; the first is given to names that have another. */
  readonly extensions: readonly [string, ...string[]]
}

interface Signature extends UploadFormat {
  fits(head: string): boolean
}

const SIGNATURES: readonly Signature[] = [
  { kind: 'image', extensions: ['png'], fits: (head) => head.startsWith('\x89PNG\r\n\x1a\n') },
  { kind: 'image', extensions: ['jpg', 'jpeg'], fits: (head) => head.startsWith('\xff\xd8\xff') },
  { kind: 'image', extensions: ['webp'], fits: (head) => head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP' },
  { kind: 'image', extensions: ['gif'], fits: (head) => /^GIF8[79]a/.test(head) },
  { kind: 'audio', extensions: ['m4a'], fits: (head) => head.slice(4, 11) === 'ftypM4A' },
  { kind: 'video', extensions: ['mp4', 'm4v', 'mov'], fits: (head) => head.slice(4, 8) === 'ftyp' },
  { kind: 'video', extensions: ['webm', 'mkv'], fits: (head) => head.startsWith('\x1aE\xdf\xa3') },
  { kind: 'video', extensions: ['avi'], fits: (head) => head.startsWith('RIFF') && head.slice(8, 12) === 'AVI ' },
  { kind: 'audio', extensions: ['wav'], fits: (head) => head.startsWith('RIFF') && head.slice(8, 12) === 'WAVE' },
  { kind: 'audio', extensions: ['flac'], fits: (head) => head.startsWith('fLaC') },
  { kind: 'audio', extensions: ['ogg', 'opus'], fits: (head) => head.startsWith('OggS') },
  { kind: 'audio', extensions: ['mp3'], fits: (head) => head.startsWith('ID3') || /^\xff[\xfb\xf3\xf2]/.test(head) },
  { kind: 'workflow', extensions: ['json'], fits: (head) => /^(?:\xef\xbb\xbf)?\s*\{/.test(head) },
]

/** The format of a file; `undefined` for one that is not taken. @param head its first bytes, 16 at least */
export function uploadFormat(head: Uint8Array): UploadFormat | undefined {
  const text = Buffer.from(head).toString('latin1')
  return SIGNATURES.find(({ fits }) => fits(text))
}

/** The name with an extension that fits its content, so that nothing is later taken for something else. */
export function withExtension(name: string, { extensions }: UploadFormat): string {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase()
  return extension !== undefined && extensions.includes(extension) ? name : `${name}.${extensions[0]}`
}
