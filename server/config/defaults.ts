/** What a server does unless it is told otherwise. */
import { join, resolve } from 'node:path'
import type { ServerConfig } from './config.ts'

const MB = 1_000_000
const GB = 1000 * MB

/**
 * The settings of a server that nobody configured, its data in a folder of its own.
 * @param data the data folder; `kinograph-data` in the current folder when left out
 */
export function defaultConfig(data = 'kinograph-data'): ServerConfig {
  const folder = resolve(data)
  return {
    host: '127.0.0.1',
    port: 8188,
    allowedHosts: [],
    allowedOrigins: [],
    tokens: [],
    folders: { data: folder, input: join(folder, 'input'), output: join(folder, 'output'), models: resolve('models') },
    pluginFolders: [],
    safe: false,
    devices: ['cpu'],
    cache: { mode: 'memory' },
    queue: { limit: 10_000, maxAttempts: 3, cancelGrace: 10, workerSilence: 120, checkpointSteps: 5, checkpointSeconds: 30 },
    history: { days: 90, bytes: 1 * GB, count: 100_000 },
    limits: {
      bodyBytes: 16 * MB,
      uploadBytes: 2 * GB,
      pixels: 64 * MB,
      frames: 100_000,
      duration: 3600,
      connections: 1000,
      sockets: 500,
      requestsPerSecond: 200,
      headersSeconds: 15,
      requestSeconds: 600,
    },
    drainSeconds: 20,
    minFreeBytes: 500 * MB,
    logPrompts: false,
    logLevel: 'info',
  }
}
