/** Takes a received file into a folder: looked at first, under a name of its own, never over another file. */
import { createHash, randomUUID } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { copyFile, link, open, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readComfyText } from '../../core/comfy/text.ts'
import { systemCode } from '../../media/error.ts'
import { ApiError } from '../api/errors.ts'
import type { Services } from '../services.ts'
import { checkPath, safeName } from './file-names.ts'
import { insideFolder } from './folder-inside.ts'
import { uploadFormat, withExtension, type UploadFormat } from './media-kind.ts'
import { receivedText, type ReceivedFile } from './receive.ts'

export interface StoredUpload {
  /** Below the root: what LoadImage and its like take. */
  readonly path: string
  readonly kind: UploadFormat['kind']
  readonly bytes: number
  readonly sha256: string
  /** Whether the same content was there already, under this name. */
  readonly existed: boolean
  readonly width?: number
  readonly height?: number
  readonly frames?: number
  readonly fps?: number
  readonly duration?: number
}

export interface Target {
  /** Absolute. */
  readonly root: string
  /** Below it; '' for the root itself. */
  readonly folder: string
  /** `hash`: the name is the content's SHA-256, in the folder by-hash. */
  readonly naming: 'given' | 'hash'
  /** Takes the place of a file of that name, instead of a number. */
  readonly replaces?: boolean
}

/** The folder of files that are named by their content. */
export const BY_HASH = 'by-hash'

const MAX_TWINS = 1000

/**
 * Keeps a received file for good. A name that is taken by other content gets a number: `cat (2).png`.
 * @throws ApiError 415 for a kind that is not taken; MediaError for media that is damaged or beyond the limits
 */
export async function storeUpload(services: Services, file: ReceivedFile, target: Target): Promise<StoredUpload> {
  const format = uploadFormat(file.head)
  if (format === undefined) throw otherKind(file.given)
  const { bytes, sha256 } = file
  const facts = await look(services, file, format)
  const folder = target.naming === 'hash' ? BY_HASH : checkPath(target.folder, 'body.folder').join('/')
  const name = target.naming === 'hash' ? `${sha256}.${format.extensions[0]}` : withExtension(safeName(file.given, `upload-${sha256.slice(0, 12)}`), format)
  const placed = await place(file, { root: target.root, folder, replaces: target.replaces === true }, name)
  return { ...placed, kind: format.kind, bytes, sha256, ...facts }
}

async function look({ desk, config }: Services, file: ReceivedFile, { kind }: UploadFormat) {
  if (kind === 'workflow') return void readComfyText(await receivedText(file, config.limits.bodyBytes))
  if (kind === 'audio') return undefined
  const { pixels, frames, duration } = config.limits
  const report = await desk.ask({ type: 'probe', id: randomUUID(), path: file.path, limits: { pixels, frames, duration } })
  const { width, height, frames: count, fps, duration: seconds } = report
  return {
    width, height,
    ...(count !== undefined && { frames: count }), ...(fps !== undefined && { fps }), ...(seconds !== undefined && { duration: seconds }),
  }
}

interface Place {
  readonly root: string
  readonly folder: string
  readonly replaces: boolean
}

async function place(file: ReceivedFile, { root, folder, replaces }: Place, name: string): Promise<{ path: string; existed: boolean }> {
  await flush(file.path)
  return insideFolder(root, checkPath(folder, 'body.folder'), 'body.folder', async (real) => {
    const path = (one: string) => (folder === '' ? one : `${folder}/${one}`)
    if (replaces) {
      await rename(file.path, join(real, name))
      await flush(real).catch(() => {})
      return { path: path(name), existed: false }
    }
    for (let twin = 1; twin <= MAX_TWINS; twin++) {
      const candidate = twin === 1 ? name : numbered(name, twin)
      if (await take(file.path, join(real, candidate))) return { path: path(candidate), existed: false }
      if (await hasContent(join(real, candidate), file)) return { path: path(candidate), existed: true }
    }
    throw namesTaken(name)
  })
}

/** Gives a file its name, unless the name is taken. */
async function take(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EXDEV') throw error
    return copy(from, to) // a file system without links
  }
  await flush(dirname(to)).catch(() => {}) // not every system lets a folder be flushed
  return true
}

async function copy(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL)
    await flush(to)
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function hasContent(path: string, { bytes, sha256 }: ReceivedFile): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined)
  if (!stats?.isFile() || stats.size !== bytes) return false
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer) // bytes, without an encoding
  return hash.digest('hex') === sha256
}

function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.')
  return `${name.slice(0, dot)} (${number})${name.slice(dot)}`
}

const otherKind = (given: string) => new ApiError({
  status: 415, code: 'unsupported_media_type', field: 'body.file',
  message: `expected a picture (PNG, JPEG, WebP, GIF), a video (MP4, WebM, MOV, MKV, AVI), audio or a workflow's JSON; "${given.slice(0, 80)}" is none by its content`,
  remedy: 'Convert it first. Models go into the models folder by hand.',
})

const namesTaken = (name: string) => new ApiError({
  status: 409, code: 'name_taken', field: 'body.file', message: `${MAX_TWINS} files are called like "${name}"`, remedy: 'Send it under another name.',
})
