/** Names for what a run saves: a prefix and a counter, never a file that is already there. */
import { randomUUID } from 'node:crypto'
import { access, link, mkdir, readdir, rename } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { MediaError } from '../../media/index.ts'
import { withStage } from '../../media/staging.ts'
import type { Outputs } from '../services.ts'

export interface SavedFile {
  /** Absolute. */
  readonly path: string
  /** As ComfyUI's clients want it: the name, and the folder below the output folder ('' where there is none). */
  readonly filename: string
  readonly subfolder: string
}

/** A prefix that stays below the output folder: `clip`, `tests/clip`. */
export function prefixProblem(prefix: string): string | undefined {
  const parts = prefix.split('/')
  if (prefix === '' || parts.includes('') || parts.includes('..') || parts.includes('.')) return 'expected a name such as clip or tests/clip'
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\0-\x1f\\:*?"<>|]/.test(prefix)) return 'expected a file name without \\ : * ? " < > | or control characters'
  if (parts.some((part) => part.startsWith('.'))) return 'expected a name that does not begin with a dot'
  if (Buffer.byteLength(parts.at(-1) ?? '') > 200) return 'expected a name of at most 200 bytes'
  return undefined
}

/** Writes a file for a while, by a name that no file has had or will have. */
export async function saveTemporary(
  folder: string, prefix: string, extension: string, write: (path: string) => Promise<unknown>,
): Promise<SavedFile> {
  const path = join(folder, `${prefix}_${randomUUID()}.${extension}`)
  await withStage(path, async (stage) => {
    const made = stage.path(`made.${extension}`)
    await writeTo(made, folder, write)
    await rename(made, path) // not flushed: nobody misses it after a power cut
  })
  return describe(folder, path)
}

/** Saves files by numbers as `saveNumbered` does, below a folder. */
export const numberedOutputs = (folder: string): Outputs => ({
  save: (_place, prefix, extension, write) => saveNumbered(folder, prefix, extension, write),
})

/**
 * Writes a file as `<prefix>_<number>.<extension>` below `folder`: `write` makes it at a path of its own, and it takes
 * the first free number once it is whole. Two runs that save at once never get the same name.
 */
export async function saveNumbered(
  folder: string, prefix: string, extension: string, write: (path: string) => Promise<unknown>,
): Promise<SavedFile> {
  const stem = join(folder, prefix)
  return withStage(`${stem}.${extension}`, async (stage) => {
    const made = stage.path(`made.${extension}`)
    await writeTo(made, dirname(stem), write)
    for (let number = await nextNumber(stem, extension); ; number++) {
      const path = `${stem}_${String(number).padStart(5, '0')}.${extension}`
      if (await takeName(made, path)) return describe(folder, path)
    }
  })
}

/** Has a file made in a stage; what goes wrong is told about the folder that the person knows. */
export async function writeTo(made: string, folder: string, write: (path: string) => Promise<unknown>): Promise<void> {
  try {
    await write(made)
  } catch (error) {
    throw error instanceof MediaError ? aboutTarget(error, dirname(made), folder) : error
  }
}

/** The same failure, about the folder that the person knows instead of the stage in it. */
const aboutTarget = (error: MediaError, stage: string, folder: string): MediaError =>
  error.path?.startsWith(stage) ? new MediaError({ ...error, path: folder, cause: error }) : error

/** One more than the highest number in use. */
async function nextNumber(stem: string, extension: string): Promise<number> {
  const start = `${basename(stem)}_`
  const end = `.${extension}`
  await mkdir(dirname(stem), { recursive: true })
  const numbers = (await readdir(dirname(stem)))
    .filter((name) => name.startsWith(start) && name.endsWith(end))
    .map((name) => name.slice(start.length, -end.length))
    .filter((text) => /^\d{5,9}$/.test(text))
  return numbers.reduce((highest, text) => Math.max(highest, Number(text)), 0) + 1
}

/** Gives the file this name, unless another has it. A second link where there can be one: that fails if the name is taken. */
async function takeName(made: string, path: string): Promise<boolean> {
  try {
    await link(made, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    const taken = await access(path).then(() => true, () => false)
    if (taken) return false
    await rename(made, path) // a file system without links
    return true
  }
}

const codeOf = (error: unknown) => error instanceof Error && 'code' in error ? error.code : undefined

function describe(folder: string, path: string): SavedFile {
  const below = relative(folder, dirname(path)).split(sep).join('/')
  return { path, filename: basename(path), subfolder: below }
}
