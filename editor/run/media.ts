/** What nodes have shown as what a canvas can draw: addresses of this server, and texts. */
import type { Json } from '../../core/types/json.ts'
import type { UiResult } from '../../core/types/node-type.ts'
import type { JobResult } from '../../server/client/index.ts'
import type { NodeMedia } from '../graph/canvas.ts'

export type AssetRoot = 'input' | 'output' | 'temp'

/** A file of the server that a node has shown. */
export interface ShownFile {
  readonly root: AssetRoot
  /** Below the root. */
  readonly path: string
}

/** The address of a file. */
export type AddressOf = (file: ShownFile) => string

/** Longer texts are cut where they are drawn. */
const MAX_TEXT = 20_000

const VIDEO = /\.(mp4|webm|mov|mkv|m4v)$/i

/** Whether a file plays, rather than being a picture. */
export function isVideo(path: string): boolean {
  return VIDEO.test(path)
}

/** The files that a result names. Results come from outside: what is none is passed over. */
export function filesOf(ui: UiResult): readonly ShownFile[] {
  return ['images', 'gifs', 'video', 'videos'].flatMap((kind) => (Object.hasOwn(ui, kind) ? ui[kind]! : [])).flatMap((one) => fileOf(one) ?? [])
}

/** All files that a job has made or shown, each once; what it saved for good comes first. */
export function filesOfResult({ files, nodes }: Pick<JobResult, 'files' | 'nodes'>): readonly ShownFile[] {
  const saved = files.map(({ subfolder, filename }): ShownFile => ({ root: 'output', path: subfolder === '' ? filename : `${subfolder}/${filename}` }))
  const all = [...saved, ...nodes.flatMap(({ ui }) => (ui ? filesOf(ui) : []))]
  return [...new Map(all.map((file) => [`${file.root}/${file.path}`, file])).values()]
}

/** What a node draws of what it has shown; a video comes first, then pictures, then text. */
export function mediaOf(results: readonly UiResult[], addressOf: AddressOf): NodeMedia | undefined {
  const files = results.flatMap(filesOf)
  const video = files.findLast(({ path }) => isVideo(path))
  if (video) return { kind: 'video', url: addressOf(video) }
  if (files.length > 0) return { kind: 'image', urls: files.map(addressOf) }
  const texts = results.flatMap((ui) => (Object.hasOwn(ui, 'text') ? ui['text']! : []))
  return texts.length === 0 ? undefined : { kind: 'text', text: texts.map(textOf).join('\n').slice(0, MAX_TEXT) }
}

function fileOf(value: Json): ShownFile | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { filename, subfolder = '', type } = value as { readonly [name: string]: Json }
  if (typeof filename !== 'string' || filename === '' || typeof subfolder !== 'string') return undefined
  const root = type === 'temp' || type === 'input' ? type : 'output'
  return { root, path: subfolder === '' ? filename : `${subfolder}/${filename}` }
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
