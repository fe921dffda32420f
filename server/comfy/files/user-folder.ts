/**
 * The folder in which a front end keeps what is a person's: workflows, bookmarks, style sheets. Nothing in it is ever
 * loaded or run by the server.
 */
import { createHash } from 'node:crypto'
import { link, readdir, realpath, stat, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { systemCode } from '../../../media/error.ts'
import { withStage } from '../../../media/staging.ts'
import { checkPath } from '../../assets/file-names.ts'
import { insideFolder } from '../../assets/folder-inside.ts'
import { folderInside, isBelow, openInside, type OpenedFile } from '../../assets/open-inside.ts'
import type { Principal, Services } from '../../services.ts'
import { missing, refusal } from '../errors.ts'

/** One file or folder, by its path below the person's folder. Times in milliseconds since 1970. */
export interface UserEntry {
  readonly path: string
  readonly name: string
  readonly type: 'file' | 'directory'
  readonly size: number
  readonly modified: number
  readonly created: number
}

const DEPTH = 16
const MOST = 20_000

/** How a person's folder is called: by the token's name, where there are tokens. */
export function userName({ config }: Pick<Services, 'config'>, { name }: Principal): string {
  if (config.tokens.length === 0) return 'default'
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) ? name : createHash('sha256').update(name).digest('hex').slice(0, 32)
}

/** Names may begin with a dot here, as front ends have some that do; on the disk they do not. */
const stored = (path: string) => path.split('/').map((part) => part.replace(/^\.(?=[^.])/, '%2E')).join('/')
const shown = (name: string) => name.replace(/^%2E/, '.')

export class UserFolder {
  readonly #root: string

  /** @param root absolute; made when something is first written */
  constructor(root: string) {
    this.#root = root
  }

  /** @throws ApiError 404 for what is not there, 400 for what is no name */
  open(path: string): Promise<OpenedFile> {
    return openInside(this.#root, stored(path), 'file')
  }

  /** What is in a folder, and in those in it; `undefined` where there is no such folder. */
  async list(path: string, isDeep: boolean): Promise<UserEntry[] | undefined> {
    const folder = path.replace(/^\/+|\/+$/g, '')
    const real = await this.#folder(folder)
    if (real === undefined) return undefined
    const found: UserEntry[] = []
    await collect(real, folder === '' ? '' : `${folder}/`, isDeep ? DEPTH : 1, found)
    return found.sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  /** Writes a file whole or not at all. @throws ComfyRefusal 409 when it is there and is not to be replaced */
  async write(path: string, bytes: Buffer, overwrite: boolean): Promise<UserEntry> {
    const target = await this.#target(path)
    await withStage(target, async (stage) => {
      await writeFile(stage.path('file'), bytes, { flush: true })
      await place(stage.path('file'), () => stage.publish('file', target), target, overwrite)
    })
    return entryOf(target, path)
  }

  /** @throws ComfyRefusal 409 when there is another file of that name, which is not to be replaced */
  async move(from: string, to: string, overwrite: boolean): Promise<UserEntry> {
    const bytes = await this.read(from)
    const entry = await this.write(to, bytes, overwrite)
    if (from !== to) await this.remove(from)
    return entry
  }

  async read(path: string): Promise<Buffer> {
    const { handle } = await this.open(path)
    try {
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  }

  async remove(path: string): Promise<void> {
    const { handle, path: real } = await this.open(path)
    await handle.close()
    await unlink(real)
  }

  async #folder(path: string): Promise<string | undefined> {
    const top = await realpath(this.#root).catch(() => undefined)
    if (top === undefined) return undefined
    return path === '' ? top : folderInside(this.#root, stored(path), 'dir')
  }

  /** Where a file is to be written: its folders are made. */
  async #target(path: string): Promise<string> {
    const parts = checkPath(stored(path), 'file')
    if (parts.length === 0) throw refusal(400, 'invalid_path', 'The file has no name.')
    const target = join(this.#root, ...parts)
    await insideFolder(this.#root, parts.slice(0, -1), 'file', async () => {})
    const [parent, top] = await Promise.all([realpath(dirname(target)), realpath(this.#root)])
    if (parent !== top && !isBelow(parent, top)) throw missing(`The folder of "${path.slice(0, 200)}"`)
    return join(parent, basename(target))
  }
}

async function place(from: string, publish: () => Promise<void>, target: string, overwrite: boolean): Promise<void> {
  if (overwrite) return publish()
  try {
    await link(from, target)
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
    throw refusal(409, 'exists', 'There is a file of that name.', 'Give another name, or overwrite=true.')
  }
}

async function collect(folder: string, below: string, depth: number, found: UserEntry[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (found.length >= MOST) return
    if (entry.name.startsWith('.') || !(entry.isFile() || entry.isDirectory())) continue
    const path = `${below}${shown(entry.name)}`
    found.push(await entryOf(join(folder, entry.name), path))
    if (entry.isDirectory() && depth > 1) await collect(join(folder, entry.name), `${path}/`, depth - 1, found)
  }
}

async function entryOf(target: string, path: string): Promise<UserEntry> {
  const { size, mtimeMs, birthtimeMs, ...stats } = await stat(target).then((found) => ({ ...found, isFolder: found.isDirectory() }))
  return {
    path, name: path.slice(path.lastIndexOf('/') + 1), type: stats.isFolder ? 'directory' : 'file',
    size, modified: Math.round(mtimeMs), created: Math.round(birthtimeMs),
  }
}
