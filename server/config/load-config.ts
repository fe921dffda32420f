/** The settings of a server from what stands where: defaults, then the file, then the command line. */
import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import type { CacheSettings, DeviceName } from '../../worker/protocol.ts'
import type { ServerConfig, TokenConfig } from './config.ts'
import { isLoopback } from './address.ts'
import { readConfigFile } from './config-file.ts'
import type { FileConfig } from './config-file.ts'
import { defaultConfig } from './defaults.ts'
import { ConfigError } from './problems.ts'

/** What the command line and the environment say. Folders may be relative to the current one. */
export interface CommandLine {
  readonly host?: string | undefined
  readonly port?: number | undefined
  /** Whoever sends it may do everything. */
  readonly token?: string | undefined
  readonly allowedHosts?: readonly string[]
  readonly allowedOrigins?: readonly string[]
  readonly data?: string | undefined
  readonly input?: string | undefined
  readonly output?: string | undefined
  readonly models?: string | undefined
  readonly plugins?: readonly string[]
  readonly safe?: boolean
  readonly devices?: readonly DeviceName[]
  readonly cache?: CacheSettings | undefined
  readonly drainSeconds?: number | undefined
  /** The configuration file. */
  readonly file?: string | undefined
}

/** The name under which the command line's token is known. */
export const COMMAND_LINE_TOKEN = 'default'
const SHORTEST_TOKEN = 16

/** @throws ConfigError for a file that can't be used, a weak token, or an open address without any token */
export async function loadConfig(line: CommandLine): Promise<ServerConfig> {
  const file = await readConfigFile(line.file, line.file === undefined ? resolve(line.data ?? 'kinograph-data') : line.data)
  const { plugins = [], ...written } = file
  const base = defaultConfig(line.data ?? file.folders?.data)
  const config: ServerConfig = {
    ...base,
    ...written,
    folders: foldersOf(line, file, base),
    tokens: tokensOf(line.token, file),
    pluginFolders: [...new Set([...line.plugins ?? [], ...plugins].map((folder) => resolve(folder)))],
    safe: line.safe === true || file.safe === true,
    allowedHosts: [...line.allowedHosts ?? [], ...file.allowedHosts ?? []],
    allowedOrigins: [...line.allowedOrigins ?? [], ...file.allowedOrigins ?? []],
    queue: { ...base.queue, ...file.queue },
    history: { ...base.history, ...file.history },
    limits: { ...base.limits, ...file.limits },
    ...(line.host !== undefined && { host: line.host }),
    ...(line.port !== undefined && { port: line.port }),
    ...(line.devices?.length && { devices: [...new Set(line.devices)] }),
    ...(line.cache && { cache: line.cache }),
    ...(line.drainSeconds !== undefined && { drainSeconds: line.drainSeconds }),
  }
  refuseOpenDoor(config)
  return config
}

/** The tokens that hold now: read again while a server runs, so that they can be changed without a restart. */
export async function loadTokens(line: CommandLine): Promise<readonly TokenConfig[]> {
  return (await loadConfig(line)).tokens
}

function foldersOf(line: CommandLine, file: FileConfig, base: ServerConfig): ServerConfig['folders'] {
  const { data } = base.folders
  const pick = (said: string | undefined, written: string | undefined, otherwise: string) => said === undefined ? written ?? otherwise : resolve(said)
  return {
    data,
    input: pick(line.input, file.folders?.input, join(data, 'input')),
    output: pick(line.output, file.folders?.output, join(data, 'output')),
    models: pick(line.models, file.folders?.models, base.folders.models),
  }
}

function tokensOf(token: string | undefined, file: FileConfig): readonly TokenConfig[] {
  const written = (file.tokens ?? []).map((one) => ({ ...one, sha256: one.sha256.toLowerCase() }))
  const names = written.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new ConfigError(`tokens: two are called "${twice}". Rename one of them.`)
  if (token === undefined) return written
  if (names.includes(COMMAND_LINE_TOKEN)) {
    throw new ConfigError(`tokens: "${COMMAND_LINE_TOKEN}" is the name of the command line's token. Rename the one in the file.`)
  }
  return [{ name: COMMAND_LINE_TOKEN, scopes: ['run', 'edit', 'admin'], sha256: hashOf(token) }, ...written]
}

function hashOf(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new ConfigError('The token may hold printable ASCII characters without spaces only.')
  if (token.length < SHORTEST_TOKEN) {
    throw new ConfigError(`The token is too short: expected at least ${SHORTEST_TOKEN} characters, got ${token.length}. ` +
      'Make one with: openssl rand -hex 32')
  }
  return createHash('sha256').update(token).digest('hex')
}

function refuseOpenDoor({ host, tokens }: ServerConfig): void {
  if (isLoopback(host) || tokens.length > 0) return
  throw new ConfigError(`Listening at ${host} lets other machines in, so it needs a token. ` +
    'Set KINOGRAPH_TOKEN (openssl rand -hex 32 makes one) or "tokens" in the configuration file, or listen at 127.0.0.1.')
}
