/** Which modules `kinograph` and its entry points are: those of the engine that is running, wherever a plugin lies. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface EngineEntries {
  readonly version: string
  /** The folder of the package. */
  readonly root: string
  /** Absolute paths by what is imported: `kinograph`, `kinograph/testing`, … */
  readonly modules: ReadonlyMap<string, string>
}

/** The entry points of the package that this file is part of, as its package.json exports them. */
export function engineEntries(from: string = import.meta.url): EngineEntries {
  const root = packageRoot(from)
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const modules = new Map<string, string>()
  for (const [subpath, target] of Object.entries(Object(Reflect.get(Object(manifest), 'exports')))) {
    const file: unknown = typeof target === 'string' ? target : Reflect.get(Object(target), 'default')
    if (typeof file === 'string') modules.set(join('kinograph', subpath).replaceAll('\\', '/'), join(root, file))
  }
  return { version: String(Reflect.get(Object(manifest), 'version')), root, modules }
}

function packageRoot(from: string): string {
  for (let folder = dirname(fileURLToPath(from)); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file) && isOurs(readFileSync(file, 'utf8'))) return folder
    if (folder === dirname(folder)) throw new Error(`the package.json of kinograph is not above ${from}`)
  }
}

const isOurs = (text: string) => Reflect.get(Object(JSON.parse(text)), 'name') === 'kinograph'
