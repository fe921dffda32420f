/** Small pictures of pictures and videos: made once by a worker, kept in the temporary folder. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Services } from '../services.ts'
import { openInside, type OpenedFile } from './open-inside.ts'
import { etagOf } from './send-file.ts'

/** Beyond so many, the oldest go. */
const KEPT = 2000
const BETWEEN_PRUNES = 100

/** Thumbnails of a server. */
export class Thumbnails {
  readonly #services: Services
  readonly #folder: string
  readonly #making = new Map<string, Promise<void>>()
  #made = 0

  constructor(services: Services) {
    this.#services = services
    this.#folder = join(services.folders.temp, 'thumbnails')
  }

  /** Opens the thumbnail of an open file, which stays open. @param size of the longer side, in pixels */
  async open({ path, stats }: OpenedFile, size: number): Promise<OpenedFile> {
    const name = `${createHash('sha256').update(`${path}\n${etagOf(stats)}\n${size}`).digest('hex')}.webp`
    await mkdir(this.#folder, { recursive: true })
    const found = await openInside(this.#folder, name).catch(() => undefined)
    if (found) return found
    let making = this.#making.get(name)
    if (making === undefined) this.#making.set(name, making = this.#make(path, size, name).finally(() => this.#making.delete(name)))
    await making
    return openInside(this.#folder, name)
  }

  async #make(path: string, size: number, name: string): Promise<void> {
    const { pixels, frames, duration } = this.#services.config.limits
    const file = join(this.#folder, name)
    await this.#services.desk.ask({ type: 'thumbnail', id: randomUUID(), path, size, file, limits: { pixels, frames, duration } })
    if (++this.#made % BETWEEN_PRUNES === 0) await this.#prune()
  }

  async #prune(): Promise<void> {
    const names = await readdir(this.#folder)
    if (names.length <= KEPT) return
    const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(this.#folder, name)).catch(() => undefined))?.mtimeMs ?? 0 })))
    aged.sort((a, b) => a.at - b.at)
    await Promise.all(aged.slice(0, names.length - KEPT).map(({ name }) => rm(join(this.#folder, name), { force: true })))
  }
}
