/** How files are shown: media as what they are, everything that could run in a browser as a download. */

/** What browsers may show themselves: nothing here can carry a script. */
const SHOWN: ReadonlyMap<string, string> = new Map(Object.entries({
  png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', webp: 'image/webp', gif: 'image/gif', avif: 'image/avif', bmp: 'image/bmp',
  mp4: 'video/mp4', m4v: 'video/mp4', webm: 'video/webm', mov: 'video/quicktime', mkv: 'video/x-matroska',
  mp3: 'audio/mpeg', wav: 'audio/wav', flac: 'audio/flac', ogg: 'audio/ogg', opus: 'audio/ogg', m4a: 'audio/mp4',
  json: 'application/json', txt: 'text/plain; charset=utf-8',
}))

export interface Shown {
  readonly type: string
  readonly disposition: 'inline' | 'attachment'
}

/** By the extension of a name. What is not known to be harmless (html, svg, js, pdf …) is handed out as bytes to be saved. */
export function shownAs(name: string): Shown {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const type = SHOWN.get(extension)
  return type === undefined ? { type: 'application/octet-stream', disposition: 'attachment' } : { type, disposition: 'inline' }
}
