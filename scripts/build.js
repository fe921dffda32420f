/**
 * Builds what `kinograph` runs: one esbuild pass over all entries (shared chunks, packages left outside) and, beside it,
 * type declarations by tsc. Plain JavaScript, local files only: it is what `npm install` runs.
 *
 *   node scripts/build.js            everything
 *   node scripts/build.js --no-types without declarations (0.3 s; while developing)
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

/**
 * What is built, by its path in dist without the extension. Entries of a group share their modules, as plugins must with
 * the worker that runs them; groups are bundled apart, since chunks shared by all would be many small files to load.
 * An entry whose source does not exist yet is left out.
 */
const GROUPS = [
  {
    'core/index': 'core/index.ts',
    'tensor/index': 'tensor/index.ts',
    'diffusion/index': 'diffusion/index.ts',
    'nodes/api': 'nodes/api.ts',
    'nodes/testing': 'nodes/testing.ts',
    'worker/main': 'worker/main.ts',
  },
  { 'cli/main': 'cli/main.ts' },
  { 'tensor/runtime/device-thread': 'tensor/runtime/device-thread.ts' },
  { 'test/goldens': 'test/goldens/main.ts', 'bench/main': 'bench/main.ts' },
]

/** Bundles in memory, so that a build that fails leaves the last good one in place. */
async function bundle() {
  const results = await Promise.all(GROUPS.map(bundleGroup))
  const inputs = new Set(results.flatMap(({ metafile }) => Object.keys(metafile.inputs)))
  const sources = { path: join(dist, 'sources.json'), contents: sourceHashes([...inputs]) }
  return [...results.flatMap(({ outputFiles }) => outputFiles), sources]
}

function bundleGroup(entries) {
  const present = Object.entries(entries).filter(([, source]) => existsSync(join(root, source)))
  return build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(present),
    outdir: dist,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  })
}

/** What was built, by path: tests compare it with the sources, and so never test an old build. */
function sourceHashes(paths) {
  const hash = (path) => createHash('sha256').update(readFileSync(join(root, path))).digest('hex').slice(0, 16)
  return JSON.stringify(Object.fromEntries(paths.sort().map((path) => [path, hash(path)])), null, 1)
}

/** Declarations for those who import `kinograph`, made in a temporary folder. A type error stops the build. */
async function declarations() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  const folder = mkdtempSync(join(tmpdir(), 'kinograph-types-'))
  const child = spawn(process.execPath, [tsc, '-p', 'scripts/tsconfig.types.json', '--outDir', folder], { cwd: root, stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code === 0) return folder
  rmSync(folder, { recursive: true })
  throw new Error(`tsc failed (exit code ${code})`)
}

/** Takes the place of the last build: all at once, as far as a folder allows. */
function install(outputFiles, types) {
  rmSync(dist, { recursive: true, force: true })
  for (const { path, contents } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents)
  }
  if (types === undefined) return
  cpSync(types, join(dist, 'types'), { recursive: true })
  rmSync(types, { recursive: true })
}

const started = performance.now()
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
try {
  const [outputFiles, types] = await Promise.all([bundle(), process.argv.includes('--no-types') ? undefined : declarations()])
  install(outputFiles, types)
  console.log(`kinograph ${version}: built in ${((performance.now() - started) / 1000).toFixed(1)} s`)
} catch (error) {
  if (!('errors' in error)) console.error(error.message) // esbuild has printed its own
  process.exitCode = 1
}
