/** One page of all files below a folder, the newest first: what a gallery shows. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ApiError } from '../api/errors.ts'
import { nameProblem } from './file-names.ts'
import type { Asset, AssetPage } from './list-assets.ts'

/** Files that are looked at; of more, some are left out. */
const MAX_FILES = 50_000
const MAX_DEPTH = 16
/** Questions to the disk at a time. */
const AT_ONCE = 64

type Found = Asset & { readonly modified: number }

/** @param folder absolute; @param below the same as a path below the root; @param after the `next` of the page before */
export async function newestAssets(folder: string, below: string, limit: number, after = ''): Promise<AssetPage> {
  const files = await withTimes(folder, below, await filesBelow(folder, below))
  files.sort((a, b) => b.modified - a.modified || (a.path < b.path ? -1 : 1))
  const from = after === '' ? 0 : firstAfter(files, after)
  const page = files.slice(from, from + limit)
  const last = page.at(-1)
  const isMore = last !== undefined && from + limit < files.length
  return { assets: page, total: files.length, ...(isMore && { next: `${last.modified} ${last.path}` }) }
}

/** Where a page begins stays the same while newer files come. */
function firstAfter(files: readonly Found[], after: string): number {
  const [, time, path] = /^(\d{1,16}) (.+)$/s.exec(after) ?? []
  if (time === undefined || path === undefined) {
    throw new ApiError({ status: 400, code: 'invalid_request', field: 'query.after', message: 'expected the "next" of a page', remedy: 'Begin again without it.' })
  }
  const at = files.findIndex((file) => file.modified < Number(time) || (file.modified === Number(time) && file.path > path))
  return at < 0 ? files.length : at
}

/** Paths below the root, folder by folder; links are passed over. */
async function filesBelow(folder: string, below: string): Promise<readonly string[]> {
  const files: string[] = []
  const folders = ['']
  for (const inside of folders) {
    const entries = await readdir(join(folder, inside), { withFileTypes: true }).catch(() => []) // it may have gone meanwhile
    for (const entry of entries) {
      if (nameProblem(entry.name) !== undefined) continue
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`
      if (entry.isDirectory() && path.split('/').length < MAX_DEPTH) folders.push(path)
      else if (entry.isFile()) files.push(below === '' ? path : `${below}/${path}`)
    }
    if (files.length >= MAX_FILES) break
  }
  return files.slice(0, MAX_FILES)
}

async function withTimes(folder: string, below: string, paths: readonly string[]): Promise<Found[]> {
  const found: Found[] = []
  const start = below === '' ? 0 : below.length + 1
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    const some = await Promise.all(paths.slice(from, from + AT_ONCE).map(async (path): Promise<Found | undefined> => {
      const stats = await lstat(join(folder, path.slice(start))).catch(() => undefined) // it may have gone meanwhile
      return stats && { name: path.slice(path.lastIndexOf('/') + 1), path, type: 'file', bytes: stats.size, modified: Math.round(stats.mtimeMs) }
    }))
    for (const one of some) if (one) found.push(one)
  }
  return found
}
