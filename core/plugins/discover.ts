/** Where plugins are: packages and folders that say so. Reads package.json files and folder listings, runs nothing. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { invalid } from './load.ts'

/** A plugin that was found, not yet looked into. */
export interface FoundPlugin {
  /** The package's name, or the folder's. */
  readonly name: string
  readonly version?: string
  /** The plugin API that its package.json says it was written for. */
  readonly apiVersion?: unknown
  /** Absolute, with links resolved. */
  readonly folder: string
  /** The module to load: absolute, with links resolved. */
  readonly entry: string
}

/** What looks like a plugin and can't be one. */
export interface BrokenPlugin {
  readonly name: string
  readonly folder: string
  readonly error: WorkflowError
}

/** Where to look. */
export interface Places {
  /** Named by the person: each is a plugin, or a folder of plugins. One that is not there is reported. */
  readonly named?: readonly string[]
  /** Folders of plugins that may be missing: `plugins` of the project. */
  readonly folders?: readonly string[]
  /** `node_modules` folders, whose packages are plugins when their package.json has `kinograph.plugin`. */
  readonly packages?: readonly string[]
}

export interface Discovery {
  /** Each entry once, in the order of the places, by name within one. */
  readonly found: readonly FoundPlugin[]
  readonly broken: readonly BrokenPlugin[]
}

const INDEXES = ['index.ts', 'index.mts', 'index.js', 'index.mjs']
const MODULE = /\.[cm]?[jt]sx?$/

/** Finds the plugins in some places. */
export async function discoverPlugins({ named = [], folders = [], packages = [] }: Places): Promise<Discovery> {
  const all = await Promise.all([
    ...named.map((place) => pluginsNamed(place)),
    ...folders.map((folder) => pluginsIn(folder)),
    ...packages.map((folder) => packagesIn(folder)),
  ])
  const entries = new Set<string>()
  const found: FoundPlugin[] = []
  const broken: BrokenPlugin[] = []
  for (const one of all.flat()) {
    if ('error' in one) broken.push(one)
    else if (!entries.has(one.entry)) found.push(one)
    if ('entry' in one) entries.add(one.entry)
  }
  return { found, broken }
}

type Candidate = FoundPlugin | BrokenPlugin

/** A place that somebody named: a module, a plugin's folder, or a folder of plugins. */
async function pluginsNamed(place: string): Promise<Candidate[]> {
  const path = resolve(place)
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) {
    return [broken(basename(path), path, `there is nothing at ${path}`, 'Check the path given to --plugins or KINOGRAPH_PLUGINS.')]
  }
  if (info.isFile()) {
    if (!MODULE.test(path)) return [broken(basename(path), path, `${path} is no module`, 'Name a .ts or .js file, or a folder.')]
    const entry = await realpath(path)
    return [{ name: basename(entry).replace(MODULE, ''), folder: dirname(entry), entry }]
  }
  const itself = await pluginAt(path, { needsKey: false })
  return itself ? [itself] : pluginsIn(path)
}

/** The plugins in a folder's subfolders and in its `node_modules`. */
async function pluginsIn(folder: string): Promise<Candidate[]> {
  const names = (await foldersIn(folder)).filter((name) => name !== 'node_modules')
  const beside = await Promise.all(names.map((name) => pluginAt(join(folder, name), { needsKey: false })))
  return [...beside.filter((one) => one !== undefined), ...await packagesIn(join(folder, 'node_modules'))]
}

/** The packages in a `node_modules` folder that say they are plugins. */
async function packagesIn(folder: string): Promise<Candidate[]> {
  const names = await foldersIn(folder)
  const scoped = names.filter((name) => name.startsWith('@'))
  const inScopes = await Promise.all(scoped.map(async (scope) =>
    (await foldersIn(join(folder, scope))).map((name) => `${scope}/${name}`)))
  const all = [...names.filter((name) => !name.startsWith('@')), ...inScopes.flat()].sort()
  const plugins = await Promise.all(all.map((name) => pluginAt(join(folder, name), { needsKey: true })))
  return plugins.filter((one) => one !== undefined)
}

/** Names of the folders in a folder, sorted; hidden ones and tools' own are left out. None when it is not there. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((one) => (one.isDirectory() || one.isSymbolicLink()) && !one.name.startsWith('.'))
    .map(({ name }) => name).sort()
}

/** The plugin whose folder this is, if it is one. @param needsKey only a package.json with `kinograph.plugin` counts */
async function pluginAt(path: string, { needsKey }: { readonly needsKey: boolean }): Promise<Candidate | undefined> {
  const text = await readFile(join(path, 'package.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return needsKey ? undefined : indexPlugin(path, {})
  const manifest = parseManifest(text)
  if (manifest === undefined) return needsKey ? undefined : broken(basename(path), path, 'its package.json is no JSON object', 'Mend it.')
  const { kinograph } = manifest
  if (kinograph === undefined) return needsKey ? undefined : indexPlugin(path, manifest)
  return keyedPlugin(path, manifest, kinograph)
}

type Manifest = Readonly<Record<string, unknown>>

function parseManifest(text: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Manifest => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A package that says where its plugin is: `"kinograph": { "plugin": "./src/index.ts" }`. */
async function keyedPlugin(path: string, manifest: Manifest, key: unknown): Promise<Candidate | undefined> {
  const declared = isRecord(key) ? key['plugin'] : undefined
  if (isRecord(key) && declared === undefined) return undefined
  const name = nameOf(path, manifest)
  const remedy = 'Write in package.json: "kinograph": { "plugin": "./src/index.ts" }.'
  if (typeof declared !== 'string' || declared === '') {
    return broken(name, path, `kinograph.plugin in its package.json should be a path, got ${JSON.stringify(declared)}`, remedy)
  }
  const folder = await realpath(path)
  const entry = await moduleAt(resolve(folder, declared))
  if (entry === undefined) return broken(name, path, `its package.json names ${declared}, where there is no module`, remedy)
  if (!entry.startsWith(folder + sep)) return broken(name, path, `its package.json names ${declared}, outside of its folder`, remedy)
  return { ...identity(path, manifest), apiVersion: isRecord(key) ? key['apiVersion'] : undefined, folder, entry }
}

/** A folder with an index file. */
async function indexPlugin(path: string, manifest: Manifest): Promise<Candidate | undefined> {
  const entry = await moduleAt(path)
  return entry === undefined ? undefined : { ...identity(path, manifest), folder: dirname(entry), entry }
}

/** The module at a path: the file itself, or the index of a folder. */
async function moduleAt(path: string): Promise<string | undefined> {
  for (const file of [path, ...INDEXES.map((index) => join(path, index))]) {
    const info = await stat(file).catch(() => undefined)
    if (info?.isFile() && MODULE.test(file)) return realpath(file)
  }
  return undefined
}

function identity(path: string, manifest: Manifest): { name: string; version?: string } {
  const { version } = manifest
  return { name: nameOf(path, manifest), ...(typeof version === 'string' && { version }) }
}

function nameOf(path: string, { name }: Manifest): string {
  return typeof name === 'string' && name !== '' ? name : basename(path)
}

function broken(name: string, folder: string, problem: string, remedy: string): BrokenPlugin {
  return { name, folder, error: invalid(name, problem, remedy) }
}
