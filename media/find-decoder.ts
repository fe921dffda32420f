import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { MediaError } from './error.ts'

/** An ffmpeg that may see files from outside: 5.0 or newer. */
export interface Decoder {
  readonly path: string
  /** As it calls itself: "5.1.9-0+deb12u1". */
  readonly version: string
  /** Whether it knows `-fps_mode`, which took the place of `-vsync` in 5.1. */
  readonly hasFpsMode: boolean
}

/** libavcodec's major version of ffmpeg 5.0; builds from the repository have no other number. */
const LEAST_CODEC = 59

/**
 * The ffmpeg that decodes: FFMPEG_PATH, or the first on PATH. The one that npm installs is of 2018 and only encodes,
 * since a file from outside could make use of what has been mended since.
 * Throws MediaError with the command to install one.
 */
export async function findDecoder(): Promise<Decoder> {
  const path = process.env['FFMPEG_PATH'] || await onPath()
  if (path === null) throw refuse('reading videos needs ffmpeg 5 or newer, and there is none on the PATH')
  const key = `${path}:${(await stat(path).catch(() => null))?.mtimeMs}`
  let known = decoders.get(key)
  if (!known) decoders.set(key, known = askVersion(path))
  known.catch(() => decoders.delete(key))
  return known
}

const decoders = new Map<string, Promise<Decoder>>()

async function onPath(): Promise<string | null> {
  const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg'
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue
    const path = join(folder, name)
    if (await access(path, constants.X_OK).then(() => true, () => false)) return path
  }
  return null
}

async function askVersion(path: string): Promise<Decoder> {
  const { stdout } = await promisify(execFile)(path, ['-hide_banner', '-version'], { timeout: 20_000, maxBuffer: 2 ** 20 })
    .catch((error: unknown) => { throw refuse(`${path} could not be started`, error) })
  const version = /^ffmpeg version (\S+)/m.exec(stdout)?.[1]
  const [, major, minor] = /^libavcodec\s+(\d+)\.\s*(\d+)/m.exec(stdout) ?? []
  if (version === undefined || major === undefined) throw refuse(`${path} is no ffmpeg`)
  if (Number(major) < LEAST_CODEC) throw refuse(`reading videos needs ffmpeg 5 or newer, ${path} is ${version}`)
  const hasFpsMode = Number(major) > LEAST_CODEC || Number(minor) >= 37  // 5.1 brought libavcodec 59.37
  return { path, version, hasFpsMode }
}

const refuse = (problem: string, cause?: unknown) => new MediaError({
  code: 'not_found', problem, cause,
  remedy: `Install it (${INSTALL[process.platform] ?? 'from ffmpeg.org'}), or set FFMPEG_PATH to its path.`,
})

const INSTALL: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'apt install ffmpeg', darwin: 'brew install ffmpeg', win32: 'winget install ffmpeg',
}
