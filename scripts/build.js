/**
 * Builds what `kinograph` runs: one esbuild pass over all entries (shared chunks, packages left outside) and, beside it,
 * type declarations by tsc. Plain JavaScript, local files only: it is what `npm install` runs.
 *
 *   node scripts/build.js            everything
 *   node scripts/build.js --no-types without declarations (0.3 s; while developing)
 *   node scripts/build.js --no-editor without the editor, which is built by Vite
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
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
  { 'server/start': 'server/start.ts' },
  { 'server/store/thread': 'server/store/thread.ts' },
  { 'client/index': 'server/client/index.ts' },
  { 'tensor/runtime/device-thread': 'tensor/runtime/device-thread.ts' },
  { 'test/goldens': 'test/goldens/main.ts', 'bench/main': 'bench/main.ts' },
  { 'test/faults': 'test/faults/main.ts' },
]

/**
 * Packages that become part of the server: it starts in half the time, as they are hundreds of files. Their licences go
 * into dist/server/LICENSES.txt.
 */
const IN_SERVER = ['express', 'socket.io', 'ws', 'pino', '@sinclair/typebox']

/** The terminal loads the server as it was built, when it is to serve. */
const SERVER_APART = {
  name: 'server-apart',
  setup: ({ onResolve }) => onResolve({ filter: /\/server\/start\.ts$/ }, ({ kind }) =>
    kind === 'dynamic-import' ? { path: '../server/start.js', external: true } : undefined),
}

/** Leaves all packages outside but those that are to be bundled, and what these need. */
const BUNDLE_SOME = {
  name: 'bundle-some',
  setup: ({ onResolve }) => onResolve({ filter: /^[^./]/ }, ({ path, resolveDir, kind }) => {
    if (kind === 'entry-point') return undefined
    const name = path.split('/').slice(0, path.startsWith('@') ? 2 : 1).join('/')
    return IN_SERVER.includes(name) || resolveDir.includes('node_modules') ? undefined : { path, external: true }
  }),
}
/** Optional parts of ws, which are not installed. */
const NATIVE = ['bufferutil', 'utf-8-validate']
/** Bundled packages are CommonJS: they require what Node has, and look where they lie. */
const FOR_COMMONJS = `import { createRequire as kinographRequire } from 'node:module'
import { dirname as kinographDirname } from 'node:path'
import { fileURLToPath as kinographPath } from 'node:url'
const require = kinographRequire(import.meta.url), __filename = kinographPath(import.meta.url), __dirname = kinographDirname(__filename)`

/** Bundles in memory, so that a build that fails leaves the last good one in place. */
async function bundle() {
  const results = await Promise.all(GROUPS.map(bundleGroup))
  const inputs = [...new Set(results.flatMap(({ metafile }) => Object.keys(metafile.inputs)))]
  const ours = inputs.filter((path) => !path.includes('node_modules/'))
  const sources = { path: join(dist, 'sources.json'), contents: sourceHashes(ours) }
  const licences = { path: join(dist, 'server', 'LICENSES.txt'), contents: licencesOf(inputs.filter((path) => !ours.includes(path))) }
  return [...results.flatMap(({ outputFiles }) => outputFiles), sources, licences]
}

function bundleGroup(entries) {
  const present = Object.entries(entries).filter(([, source]) => existsSync(join(root, source)))
  const isServer = 'server/start' in entries
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
    ...(isServer ? { plugins: [BUNDLE_SOME], external: NATIVE, banner: { js: FOR_COMMONJS } } : { plugins: [SERVER_APART], packages: 'external' }),
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  })
}

/** The editor as files of dist/editor, and the hashes of what it was made of. */
async function bundleEditor() {
  const { build: viteBuild } = await import('vite')
  const seen = new Set()
  const plugin = { name: 'seen', moduleParsed: ({ id }) => void seen.add(id.split('?')[0]) }
  const { output } = await viteBuild({ configFile: join(root, 'editor', 'vite.config.js'), build: { write: false }, plugins: [plugin] })
  const ours = [...seen].filter((path) => path.startsWith(root) && !path.includes('node_modules') && existsSync(path)).map((path) => relative(root, path).replaceAll('\\', '/'))
  const packages = [...seen].filter((path) => path.startsWith(root) && path.includes('node_modules/') && existsSync(path)).map((path) => relative(root, path).replaceAll('\\', '/'))
  const publicFolder = join(root, 'editor', 'public')
  const files = [
    ...output.map((one) => ({ path: join(dist, 'editor', one.fileName), contents: one.type === 'chunk' ? one.code : one.source })),
    ...readdirSync(publicFolder).map((name) => ({ path: join(dist, 'editor', name), contents: readFileSync(join(publicFolder, name)) })),
    { path: join(dist, 'editor', 'LICENSES.txt'), contents: licencesOf(packages) },
  ]
  const squeezed = await Promise.all(files.filter(({ path }) => SQUEEZABLE.test(path)).map(squeeze))
  return [
    ...files,
    ...squeezed.flat(),
    { path: join(dist, 'editor-sources.json'), contents: sourceHashes(ours) },
  ]
}

const SQUEEZABLE = /\.(?:js|css|html|svg|json|txt)$/
/** Smaller ones fit one packet as they are. */
const WORTH_SQUEEZING = 1000

/** A file as the server hands it out to browsers that take it compressed. */
async function squeeze({ path, contents }) {
  const bytes = Buffer.from(contents)
  if (bytes.length < WORTH_SQUEEZING) return []
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
    promisify(gzip)(bytes, { level: 9 }),
  ])
  return [{ path: `${path}.br`, contents: br }, { path: `${path}.gz`, contents: gz }]
}

/** The licences of the packages whose files were bundled. */
function licencesOf(paths) {
  const folders = new Set(paths.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)[0]))
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const file = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one))
    const text = file === undefined ? '(the package holds no text of it)' : readFileSync(join(root, folder, file), 'utf8').trim()
    return `${name} ${version} (${license})\n\n${text}\n`
  }).join(`\n${'-'.repeat(80)}\n\n`)
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

/** Written beside the last build and put in its place whole, so that what starts meanwhile finds one of the two. */
function install(outputFiles, types) {
  const fresh = mkdtempSync(join(root, '.dist-'))
  try {
    for (const { path, contents } of outputFiles) {
      const target = join(fresh, relative(dist, path))
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, contents)
    }
    if (types !== undefined) cpSync(types, join(fresh, 'types'), { recursive: true })
    chmodSync(fresh, 0o755)
    if (existsSync(dist)) renameSync(dist, `${fresh}-last`)
    renameSync(fresh, dist)
    rmSync(`${fresh}-last`, { recursive: true, force: true })
  } finally {
    rmSync(fresh, { recursive: true, force: true })
    if (types !== undefined) rmSync(types, { recursive: true, force: true })
  }
}

const started = performance.now()
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
try {
  const [outputFiles, editor, types] = await Promise.all([
    bundle(),
    process.argv.includes('--no-editor') ? [] : bundleEditor(),
    process.argv.includes('--no-types') ? undefined : declarations(),
  ])
  install([...outputFiles, ...editor], types)
  console.log(`kinograph ${version}: built in ${((performance.now() - started) / 1000).toFixed(1)} s`)
} catch (error) {
  if (!('errors' in error)) console.error(error.message) // esbuild has printed its own
  process.exitCode = 1
}
