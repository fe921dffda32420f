/**
 * Makes one JavaScript module out of a plugin's sources (TypeScript or not), kept by the hash of their content: a
 * plugin that has not changed is not built again. `kinograph` leads to the running engine; packages stay outside and
 * are those that Node finds from the plugin's own folder.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { contentHash } from './load.ts'
import type { EngineEntries } from './engine-entries.ts'
import { fileHash, resolveImports, type SourceNote } from './resolve-imports.ts'

export interface PluginBundle {
  /** The module to import. Another one whenever the content is another. */
  readonly file: string
  /** Of all sources that the plugin was built from, and of the versions of the packages that they import. */
  readonly hash: string
  /** Absolute paths of the sources. */
  readonly sources: readonly string[]
}

export interface BundleOptions {
  /** The plugin's folder: its hash takes paths from here, so that it is the same in another place. */
  readonly folder: string
  /** Where built modules are kept. */
  readonly cache: string
  readonly engine: EngineEntries
}

/** What is written down of a build, to know when it still holds. */
interface BuildRecord {
  readonly format: number
  readonly file: string
  readonly hash: string
  readonly sources: readonly SourceNote[]
}

/** Raised when the same sources would be built in another way. */
const FORMAT = 1

/**
 * @param entry absolute path of the plugin's module
 * @throws Error whose message has file, line and what is wrong, for sources that can't be built
 */
export async function bundlePlugin(entry: string, options: BundleOptions): Promise<PluginBundle> {
  const recordPath = join(options.cache, `${shortHash(`${entry}\n${options.engine.root}\n${options.engine.version}`)}.json`)
  const known = await knownBuild(recordPath)
  const record = known ?? await buildRecord(entry, options, recordPath)
  return { file: record.file, hash: record.hash, sources: record.sources.filter((one) => !one.package).map(({ path }) => path) }
}

/** The last build, where nothing that it was made of has changed since. */
async function knownBuild(recordPath: string): Promise<BuildRecord | undefined> {
  try {
    // Written by buildRecord below; a file that is damaged fails one of the checks, at the latest the import.
    const record = JSON.parse(await readFile(recordPath, 'utf8')) as BuildRecord
    if (record.format !== FORMAT || !existsSync(record.file)) return undefined
    const current = await Promise.all(record.sources.map(async (one) => await noteOf(one) === one.hash))
    return current.every(Boolean) ? record : undefined
  } catch {
    return undefined
  }
}

const noteOf = async ({ path }: SourceNote) => fileHash(await readFile(path))

async function buildRecord(entry: string, options: BundleOptions, recordPath: string): Promise<BuildRecord> {
  const { text, sources } = await build(entry, options)
  const file = join(options.cache, `${shortHash(text)}.mjs`)
  const record: BuildRecord = { format: FORMAT, file, hash: hashOf(sources, options.folder), sources }
  await mkdir(options.cache, { recursive: true })
  await writeWhole(file, text)
  await writeWhole(recordPath, JSON.stringify(record))
  return record
}

/** How many builds share esbuild's process at this moment. */
let building = 0

async function build(entry: string, { engine }: BundleOptions): Promise<{ text: string; sources: SourceNote[] }> {
  const esbuild = await import('esbuild')
  const imports = resolveImports(engine)
  const config = join(dirname(entry), 'tsconfig.json')
  if (existsSync(config)) imports.note(config, readFileSync(config)) // esbuild reads it, too
  building++
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      sourcesContent: false,
      outdir: dirname(entry), // source maps name the sources from here
      sourceRoot: `${pathToFileURL(dirname(entry)).href}/`,
      logLevel: 'silent',
      banner: { js: requireFrom(entry) },
      plugins: [imports.plugin],
      define: imports.define,
    })
    return { text: outputFiles[0]!.text, sources: imports.sources() }
  } catch (error) {
    throw new Error(buildProblem(error), { cause: error })
  } finally {
    if (--building === 0) await esbuild.stop() // its process would wait beside us
  }
}

/** `require` as the plugin's module would have it: CommonJS code in it finds the plugin's packages. */
const requireFrom = (entry: string) =>
  `import { createRequire as createRequire$kinograph } from 'node:module';const require=createRequire$kinograph(${JSON.stringify(entry)});`

/** The first messages of a failed build: `src/index.ts:3:9: Expected ";" but found "}"`. */
function buildProblem(error: unknown): string {
  const errors: unknown = Reflect.get(Object(error), 'errors')
  if (!Array.isArray(errors) || errors.length === 0) return error instanceof Error ? error.message : String(error)
  // The form of esbuild's messages.
  const messages = errors as { text: string; location: { file: string; line: number; column: number } | null }[]
  const lines = messages.slice(0, 3).map(({ text, location: at }) =>
    (at ? `${relative(process.cwd(), at.file) || at.file}:${at.line}:${at.column + 1}: ${text}` : text))
  return lines.join('; ') + (messages.length > 3 ? `; and ${messages.length - 3} more` : '')
}

/** The hash of the plugin's content. Its own files count by their path in its folder, packages by name and version. */
function hashOf(sources: readonly SourceNote[], folder: string): string {
  const parts = sources.map(({ path, hash, package: name }) => {
    const inside = relative(folder, path).split(sep).join('/')
    return name ?? `${inside}\n${hash}`
  })
  return contentHash(parts.sort())
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  await writeFile(temporary, text)
  await rename(temporary, path)
}

const shortHash = (text: string) => fileHash(Buffer.from(text)).slice(0, 24)
