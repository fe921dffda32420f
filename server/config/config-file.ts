/** The configuration file: kinograph.config.json, checked against config.schema.json. */
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { readJson } from '../../core/workflow/json-text.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import type { CacheSettings, DeviceName } from '../../worker/protocol.ts'
import type { LogLevel, ServerConfig, TokenConfig } from './config.ts'
import { ConfigError, schemaProblem } from './problems.ts'

/** What it is called in a data folder. */
export const CONFIG_FILE = 'kinograph.config.json'

/** What a file may say: everything is optional. The schema says the same; a test holds the two together. */
export interface FileConfig {
  readonly host?: string
  readonly port?: number
  readonly allowedHosts?: readonly string[]
  readonly allowedOrigins?: readonly string[]
  readonly tokens?: readonly TokenConfig[]
  readonly folders?: Partial<ServerConfig['folders']>
  readonly plugins?: readonly string[]
  readonly safe?: boolean
  readonly devices?: readonly DeviceName[]
  readonly cache?: CacheSettings
  readonly queue?: Partial<ServerConfig['queue']>
  readonly history?: Partial<ServerConfig['history']>
  readonly limits?: Partial<ServerConfig['limits']>
  readonly drainSeconds?: number
  readonly minFreeBytes?: number
  readonly logPrompts?: boolean
  readonly logLevel?: LogLevel
}

/**
 * Reads the file that is named, which must be there, or the one in the data folder, which need not.
 * Relative folders in it come back absolute. @throws ConfigError that names the file and each place
 */
export async function readConfigFile(named: string | undefined, data: string | undefined): Promise<FileConfig> {
  const path = resolve(named ?? join(data ?? '.', CONFIG_FILE))
  const text = await readText(path, named !== undefined)
  if (text === undefined) return {}
  const file = absolute(await checked(text, path), dirname(path))
  if (named !== undefined || file.folders?.data === undefined || file.folders.data === resolve(data ?? '.')) return file
  throw new ConfigError(`${path}: folders.data: a file in the data folder can't name another. Give the file with --config, or leave this out.`)
}

async function readText(path: string, isNamed: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    if (missing && !isNamed) return undefined
    const why = missing ? 'there is no such file' : error instanceof Error ? error.message : String(error)
    throw new ConfigError(`${path}: the settings can't be read: ${why}.`, { cause: error })
  }
}

async function checked(text: string, path: string): Promise<FileConfig> {
  const value = parsed(text, path)
  const { default: check } = await import('./check-config.js')
  if (isFileConfig(value, check)) return value
  const problems = (check.errors ?? []).slice(0, 20).map((error) => `${path}: ${schemaProblem(error)}`)
  throw new ConfigError(problems.join('\n'))
}

function parsed(text: string, path: string): unknown {
  try {
    return readJson(text)
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    throw new ConfigError(`${path}: ${error.message}`, { cause: error })
  }
}

/** The schema says the same as the type. */
function isFileConfig(value: unknown, check: (value: unknown) => boolean): value is FileConfig {
  return check(value)
}

function absolute(file: FileConfig, from: string): FileConfig {
  const { folders, plugins, cache } = file
  return {
    ...file,
    ...(folders && { folders: Object.fromEntries(Object.entries(folders).map(([name, path]) => [name, resolve(from, path)])) }),
    ...(plugins && { plugins: plugins.map((path) => resolve(from, path)) }),
    ...(cache?.folder !== undefined && { cache: { ...cache, folder: resolve(from, cache.folder) } }),
  }
}
