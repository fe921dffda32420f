/** Names of files in the input folder, for the inputs that take one. */
import { readdir } from 'node:fs/promises'
import { extname } from 'node:path'
import type { UploadKind } from '../../../core/types/port.ts'

const DEPTH = 3
const MOST = 5000

const ENDINGS: Readonly<Record<Exclude<UploadKind, 'file'>, ReadonlySet<string>>> = {
  image: new Set(['.png', '.jpg', '.jpeg', '.webp', '.gif', '.bmp', '.tif', '.tiff', '.avif']),
  video: new Set(['.mp4', '.webm', '.mov', '.mkv', '.avi', '.gif', '.webp']),
  audio: new Set(['.mp3', '.wav', '.flac', '.ogg', '.opus', '.m4a', '.aac']),
}

/** All files of the folder and of folders in it, by names below it; hidden ones and what is uploaded just now left out. */
export async function inputFiles(folder: string): Promise<string[]> {
  const found: string[] = []
  await collect(folder, '', DEPTH, found)
  return found.sort()
}

async function collect(folder: string, below: string, depth: number, found: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (found.length >= MOST) return
    if (entry.name.startsWith('.')) continue
    if (entry.isFile()) found.push(`${below}${entry.name}`)
    else if (entry.isDirectory() && depth > 1) await collect(`${folder}/${entry.name}`, `${below}${entry.name}/`, depth - 1, found)
  }
}

/** Those of a kind, told by their endings. */
export function ofKind(files: readonly string[], kind: UploadKind): string[] {
  if (kind === 'file') return [...files]
  const endings = ENDINGS[kind]
  return files.filter((file) => endings.has(extname(file).toLowerCase()))
}
