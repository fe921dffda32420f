/**
 * Builds what `kinograph` runs: one esbuild pass over all entries (shared chunks, packages left outside) and, beside it,
 * type declarations by tsc. Plain JavaScript, local files only: it is what `npm install` runs.
 *
 *   node scripts/build.js            everything
 *   node scripts/build.js --no-types without declarations (0.3 s; while developing)
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

/** What is built, by its path in dist without the extension. An entry whose source does not exist yet is left out. */
const ENTRIES = {
  'core/index': 'core/index.ts',
  'tensor/index': 'tensor/index.ts',
  'diffusion/index': 'diffusion/index.ts',
  'nodes/api': 'nodes/api.ts',
  'cli/main': 'cli/main.ts',
  'worker/main': 'worker/main.ts',
  'tensor/runtime/device-thread': 'tensor/runtime/device-thread.ts',
  'test/goldens': 'test/goldens/main.ts',
  'bench/main': 'bench/main.ts',
}

/** Runs a Node script of this repository; rejects with its name when it fails. */
function runNode(script, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' })
    child.on('error', reject)
    child.on('exit', (code) => code === 0 ? resolve() : reject(new Error(`${relative(root, script)} failed (exit ${code})`)))
  })
}

async function bundle() {
  const present = Object.entries(ENTRIES).filter(([, source]) => existsSync(join(root, source)))
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(present),
    outdir: dist,
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
  })
}

/** Declarations for those who import `kinograph`; a type error stops the build, except in tests, which are left out. */
async function declarations() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  await runNode(tsc, '-p', 'scripts/tsconfig.types.json')
}

const started = performance.now()
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
rmSync(dist, { recursive: true, force: true })
await Promise.all([bundle(), process.argv.includes('--no-types') ? undefined : declarations()])
console.log(`kinograph ${version}: built in ${((performance.now() - started) / 1000).toFixed(1)} s`)
