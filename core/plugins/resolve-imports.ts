/** How a plugin's imports are resolved while it is bundled: an esbuild plugin that also notes what was read. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, extname, join, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Loader, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import type { EngineEntries } from './engine-entries.ts'

/** A file that the build depends on. */
export interface SourceNote {
  readonly path: string
  readonly hash: string
  /** `name@version`, where the file is the package.json of a package that stays outside. */
  readonly package?: string
}

export interface ImportResolver {
  readonly plugin: Plugin
  /** What `import.meta` is in each source: see `withLocation`. */
  readonly define: Record<string, string>
  note(path: string, content: Uint8Array, packageName?: string): void
  sources(): SourceNote[]
}

export const fileHash = (content: Uint8Array) => createHash('sha256').update(content).digest('base64url')

const BUILT_IN = new Set(builtinModules)
const SOURCE = /\.[cm]?[jt]sx?$/
const LOADERS: Readonly<Record<string, Loader>> = { '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx', '.jsx': 'jsx' }

export function resolveImports(engine: EngineEntries): ImportResolver {
  const notes = new Map<string, SourceNote>()
  const note = (path: string, content: Uint8Array, name?: string) => {
    notes.set(path, { path, hash: fileHash(content), ...(name !== undefined && { package: name }) })
  }
  const setup = (build: PluginBuild) => {
    build.onResolve({ filter: /^kinograph($|\/)/ }, (args) => engineModule(args, engine))
    build.onResolve({ filter: /^file:/ }, ({ path }) => ({ path, external: true }))
    build.onResolve({ filter: /^[^./]/ }, (args) => packageModule(args, build, note))
    build.onLoad({ filter: /.*/, namespace: ENGINE }, ({ path }) => ({ contents: `export * from ${JSON.stringify(path)}`, loader: 'js' }))
    build.onLoad({ filter: SOURCE }, ({ path }) => loadSource(path, note))
    build.onLoad({ filter: /\.json$/ }, ({ path }) => {
      const content = readFileSync(path)
      note(path, content)
      return { contents: content, loader: 'json' }
    })
  }
  const define = { 'import.meta.url': URL_NAME, 'import.meta.filename': FILE_NAME, 'import.meta.dirname': FOLDER_NAME }
  const sources = () => [...notes.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  return { plugin: { name: 'kinograph', setup }, define, note, sources }
}

type Note = ImportResolver['note']

/** Where the engine is asked for by `require`, a module stands between: what is required can't be an ES module. */
const ENGINE = 'kinograph-engine'

function engineModule({ path, kind }: OnResolveArgs, { modules }: EngineEntries): OnResolveResult {
  const file = modules.get(path)
  if (file === undefined) {
    return { errors: [{ text: `there is no ${JSON.stringify(path)}; there are ${[...modules.keys()].join(', ')}` }] }
  }
  const url = pathToFileURL(file).href
  if (path.endsWith('.json')) return { path: file }
  return kind === 'require-call' ? { path: url, namespace: ENGINE } : { path: url, external: true }
}

/** Node's own modules and packages stay outside, as absolute paths; so each is found from where it is imported. */
async function packageModule(args: OnResolveArgs, build: PluginBuild, note: Note): Promise<OnResolveResult | undefined> {
  const { path, resolveDir, kind, pluginData } = args
  if (pluginData === ASKED || kind === 'entry-point' || path.startsWith('#')) return undefined
  if (BUILT_IN.has(path) || path.startsWith('node:')) return { path, external: true }
  const found = await build.resolve(path, { resolveDir, kind, importer: args.importer, pluginData: ASKED })
  if (found.errors.length > 0) return { errors: [{ text: notInstalled(path, resolveDir) }] }
  const isPackage = found.path.includes(`${sep}node_modules${sep}`)
  if (!isPackage || found.external || !SOURCE.test(found.path)) return found // a workspace's sources, an alias, a .node file
  const manifest = manifestOf(found.path)
  if (manifest === undefined || usesEngine(manifest.value)) return found
  const { name, version } = manifest.value
  note(manifest.path, manifest.content, `${String(name)}@${String(version)}`)
  return { path: kind.startsWith('require') ? found.path : pathToFileURL(found.path).href, external: true }
}

const ASKED = Symbol('asked by packageModule itself')

const notInstalled = (path: string, folder: string) =>
  `the package ${JSON.stringify(path)} is not installed; run "npm install" in ${packageFolder(folder) ?? folder}`

function packageFolder(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at
    if (at === dirname(at)) return undefined
  }
}

interface Manifest {
  readonly path: string
  readonly content: Uint8Array
  readonly value: Readonly<Record<string, unknown>>
}

/** The package.json of the package that a file is part of: the nearest one with a name and a version. */
function manifestOf(file: string): Manifest | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'package.json')
    if (!existsSync(path)) continue
    const content = readFileSync(path)
    const value = Object(JSON.parse(content.toString('utf8'))) as Readonly<Record<string, unknown>> // any object has it
    if (value['name'] !== undefined && value['version'] !== undefined) return { path, content, value }
  }
  return undefined
}

/** Whether a package imports the engine itself: then it is bundled, so that it gets the one that runs. */
function usesEngine(manifest: Readonly<Record<string, unknown>>): boolean {
  return ['dependencies', 'peerDependencies'].some((key) => Object.hasOwn(Object(manifest[key]), 'kinograph'))
}

const URL_NAME = 'url$kinograph'
const FILE_NAME = 'file$kinograph'
const FOLDER_NAME = 'folder$kinograph'

function loadSource(path: string, note: Note): { contents: string; loader: Loader } {
  const content = readFileSync(path)
  note(path, content)
  const text = content.toString('utf8')
  for (const file of filesBeside(text, path)) note(file, readFileSync(file))
  return { contents: withLocation(text, path), loader: LOADERS[extname(path)] ?? 'js' }
}

/** A source that asks where it lies gets the answer of its own file, on its first line so that line numbers stay. */
function withLocation(text: string, path: string): string {
  if (!text.includes('import.meta.')) return text
  const [url, file, folder] = [pathToFileURL(path).href, path, dirname(path)].map((one) => JSON.stringify(one))
  return `const ${URL_NAME}=${url},${FILE_NAME}=${file},${FOLDER_NAME}=${folder};${text}`
}

/** Files that a source reads by `new URL('./name', import.meta.url)`: part of what the plugin is. */
function filesBeside(text: string, path: string): string[] {
  const places = [...text.matchAll(/new URL\(\s*(['"`])(\.{1,2}\/[^'"`$]+)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g)]
  return places.map(([, , name]) => resolve(dirname(path), fileURLToPath(new URL(name!, pathToFileURL(path)))))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
}
