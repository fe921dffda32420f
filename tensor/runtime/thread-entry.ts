import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { DeviceError } from './error.ts'

const BUILT = join('dist', 'tensor', 'runtime', 'device-thread.js')

let sourceEntry: Promise<URL> | undefined

/**
 * The script that a device thread starts with. Built, it lies in dist/ of this package, wherever in dist/ this code
 * itself was bundled to. Run from source (tests), it is bundled once, as Node 20 can't load TypeScript.
 */
export function threadEntry(here = import.meta.url): Promise<URL> {
  if (here.endsWith('.ts')) return (sourceEntry ??= bundle(fileURLToPath(new URL('./device-thread.ts', here))))
  return Promise.resolve(pathToFileURL(builtEntry(dirname(fileURLToPath(here)))))
}

function builtEntry(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, BUILT)
    if (existsSync(path)) return path
    if (at === dirname(at)) break
  }
  throw new DeviceError({ problem: `${BUILT} is missing`, remedy: 'Run `npm run build`.' })
}

async function bundle(source: string): Promise<URL> {
  const { build } = await import('esbuild')
  const {
    outputFiles: [output],
  } = await build({
    entryPoints: [source],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
  })
  // inside node_modules, so that its imports find the packages
  const folder = join(packageFolder(dirname(source)), 'node_modules', '.cache', 'kinograph')
  const path = join(
    folder,
    `device-thread-${createHash('sha256').update(output!.contents).digest('hex').slice(0, 16)}.mjs`,
  )
  if (!existsSync(path)) {
    await mkdir(folder, { recursive: true })
    await writeFile(`${path}.${process.pid}`, output!.contents)
    await rename(`${path}.${process.pid}`, path)
  }
  return pathToFileURL(path)
}

function packageFolder(folder: string): string {
  return existsSync(join(folder, 'package.json')) || folder === dirname(folder)
    ? folder
    : packageFolder(dirname(folder))
}
