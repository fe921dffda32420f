/** One page of a folder's files, by name. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { nameProblem } from './file-names.ts'

export interface Asset {
  readonly name: string
  /** Below the root. */
  readonly path: string
  readonly type: 'file' | 'folder'
  readonly bytes?: number
  /** Milliseconds since 1970. */
  readonly modified?: number
}

export interface AssetPage {
  readonly assets: Asset[]
  readonly next?: string
  readonly total: number
}

/** @param folder absolute; @param below the same as a path below the root; @param after a name: what follows it */
export async function listAssets(folder: string, below: string, limit: number, after = ''): Promise<AssetPage> {
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => (entry.isFile() || entry.isDirectory()) && nameProblem(entry.name) === undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const from = after === '' ? 0 : entries.findIndex(({ name }) => name > after)
  const page = from < 0 ? [] : entries.slice(from, from + limit)
  const assets = await Promise.all(page.map(async (entry): Promise<Asset> => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) return { name: entry.name, path, type: 'folder' }
    const stats = await lstat(join(folder, entry.name)).catch(() => undefined) // it may have gone meanwhile
    return { name: entry.name, path, type: 'file', ...(stats && { bytes: stats.size, modified: Math.round(stats.mtimeMs) }) }
  }))
  const isMore = from >= 0 && from + limit < entries.length
  return { assets, total: entries.length, ...(isMore && { next: page.at(-1)!.name }) }
}
