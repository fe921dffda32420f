import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { StoreError } from './store-error.ts'

const BUILT = join('dist', 'server', 'store', 'thread.js')

let sourceEntry: Promise<URL> | undefined

/**
 * The script of the store's thread. Built, it lies in dist/ of this package, wherever this code was bundled to. Run from
 * source (tests), it is bundled once, as Node 20 can't load TypeScript.
 */
export function threadEntry(here = import.meta.url): Promise<URL> {
  if (here.endsWith('.ts')) return (sourceEntry ??= bundle(fileURLToPath(new URL('./thread.ts', here))))
  return Promise.resolve(pathToFileURL(builtEntry(dirname(fileURLToPath(here)))))
}

function builtEntry(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, BUILT)
    if (existsSync(path)) return path
    if (at === dirname(at)) throw new StoreError({ code: 'failed', problem: `${BUILT} is missing`, remedy: 'Run "npm run build" in kinograph\'s folder.' })
  }
}

async function bundle(source: string): Promise<URL> {
  const { build } = await import('esbuild')
  const { outputFiles: [output] } = await build({
    entryPoints: [source], bundle: true, write: false, platform: 'node', format: 'esm', target: 'node20', packages: 'external',
  })
  const folder = join(packageFolder(dirname(source)), 'node_modules', '.cache', 'kinograph') // so that its imports find the packages
  const path = join(folder, `store-thread-${createHash('sha256').update(output!.contents).digest('hex').slice(0, 16)}.mjs`)
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${path}.${process.pid}`, output!.contents)
    renameSync(`${path}.${process.pid}`, path)
  }
  return pathToFileURL(path)
}

const packageFolder = (folder: string): string =>
  existsSync(join(folder, 'package.json')) || folder === dirname(folder) ? folder : packageFolder(dirname(folder))
