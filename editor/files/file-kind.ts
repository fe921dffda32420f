/** What a file of this computer is, as far as its beginning, its type and its name tell. */

export type FileKind = 'json' | 'image' | 'video' | 'audio' | 'other'

/** What the browser gives no type for, or a wrong one. */
const EXTENSIONS: Readonly<Record<string, FileKind>> = {
  png: 'image', apng: 'image', jpg: 'image', jpeg: 'image', webp: 'image', gif: 'image', bmp: 'image', avif: 'image', tif: 'image', tiff: 'image',
  mp4: 'video', m4v: 'video', mov: 'video', webm: 'video', mkv: 'video',
  wav: 'audio', mp3: 'audio', flac: 'audio', ogg: 'audio', m4a: 'audio',
}

/** @param head the first characters of its text: a workflow is told by its content, whatever the file is called */
export function fileKind({ name, type }: { readonly name: string; readonly type: string }, head: string): FileKind {
  if (/^\ufeff?\s*\{/.test(head)) return 'json'
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  if (Object.hasOwn(EXTENSIONS, extension)) return EXTENSIONS[extension]!
  return /^(image|video|audio)\/(?!svg)/.exec(type)?.[1] as FileKind | undefined ?? 'other' // the pattern has those three only
}

/** Its name without what is behind the last dot: what a workflow that has no title is called. */
export function titleOf(name: string): string {
  const at = name.lastIndexOf('.')
  return at > 0 ? name.slice(0, at) : name
}
