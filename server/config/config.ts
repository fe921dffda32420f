/** The settings of a server: defaults, then the configuration file, then the command line. */
import type { CacheSettings, DeviceName } from '../../worker/protocol.ts'
import type { Scope } from '../services.ts'

export interface ServerConfig {
  /** 127.0.0.1 unless changed; any other demands a token. */
  readonly host: string
  /** 8188; 0 for any free one. */
  readonly port: number
  /** Names that may stand in Host beside the address itself. */
  readonly allowedHosts: readonly string[]
  /** Origins beside our own that may change things. */
  readonly allowedOrigins: readonly string[]
  readonly tokens: readonly TokenConfig[]
  /** Absolute. */
  readonly folders: { readonly data: string; readonly input: string; readonly output: string; readonly models: string }
  readonly pluginFolders: readonly string[]
  /** No plugins at all. */
  readonly safe: boolean
  readonly devices: readonly DeviceName[]
  readonly cache: CacheSettings
  readonly queue: {
    /** Jobs that may wait; beyond it 429. */
    readonly limit: number
    readonly maxAttempts: number
    /** Seconds after which a cancel that is not obeyed kills the worker. */
    readonly cancelGrace: number
    /** Seconds without a sign of life after which a worker is ended; 0: never. */
    readonly workerSilence: number
    /** Checkpoints inside a node: every so many steps, at the latest after so many seconds. */
    readonly checkpointSteps: number
    readonly checkpointSeconds: number
  }
  readonly history: { readonly days: number; readonly bytes: number; readonly count: number }
  readonly limits: {
    readonly bodyBytes: number
    readonly uploadBytes: number
    readonly pixels: number
    readonly frames: number
    /** Of an uploaded video, in seconds. */
    readonly duration: number
    readonly connections: number
    readonly sockets: number
    /** Of one token, on average; more are answered 429. Without tokens there is no such limit. */
    readonly requestsPerSecond: number
    /** Seconds for a whole request's head and body. */
    readonly headersSeconds: number
    readonly requestSeconds: number
  }
  /** Seconds that running jobs get at SIGTERM before they are stopped; they go on from their checkpoints later. */
  readonly drainSeconds: number
  /** Below so many free bytes in the data or output folder, /ready says no. */
  readonly minFreeBytes: number
  readonly logPrompts: boolean
  /** `debug` adds a line for every request. */
  readonly logLevel: LogLevel
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface TokenConfig {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** SHA-256 of the token, hexadecimal. */
  readonly sha256: string
}
