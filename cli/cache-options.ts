/** `--cache`, `--cache-dir`, `--cache-size` and `--no-cache`, and what stands in for them in the environment. */
import { resolve } from 'node:path'
import type { CacheMode, CacheSettings } from '../worker/protocol.ts'
import { UsageError } from './arguments.ts'

export interface CacheOptions {
  readonly cache?: string | undefined
  readonly 'cache-dir'?: string | undefined
  readonly 'cache-size'?: string | undefined
  readonly 'no-cache'?: boolean
}

const MODES: readonly CacheMode[] = ['memory', 'disk', 'last', 'lru', 'none']
const EXPECTED = 'disk, memory, last, lru, lru:N (the last N results) or none'

/**
 * Where results are kept. What the command line does not say, KINOGRAPH_CACHE and KINOGRAPH_CACHE_SIZE do.
 * @throws UsageError for a mode or a size that can't be understood
 */
export function cacheSettings(options: CacheOptions, environment: NodeJS.ProcessEnv = process.env): CacheSettings {
  const { 'cache-dir': folder, 'no-cache': none } = options
  if (none && options.cache !== undefined) throw new UsageError('--no-cache and --cache exclude each other. Leave out one.')
  const [mode, modeFrom] = firstOf([none ? 'none' : options.cache, '--cache'], [environment['KINOGRAPH_CACHE'], 'KINOGRAPH_CACHE'])
  const [size, sizeFrom] = firstOf([options['cache-size'], '--cache-size'], [environment['KINOGRAPH_CACHE_SIZE'], 'KINOGRAPH_CACHE_SIZE'])
  // A folder says enough: it is of no use to any other.
  const chosen = modeOf(mode ?? (folder === undefined ? 'memory' : 'disk'), modeFrom)
  if (folder !== undefined && chosen.mode !== 'disk') throw new UsageError('--cache-dir goes with --cache disk. Leave out one.')
  return {
    ...chosen,
    ...(folder !== undefined && { folder: resolve(folder) }),
    ...(size !== undefined && { bytes: bytesOf(size, sizeFrom) }),
  }
}

/** The first that says something, and where it stands. */
function firstOf(...all: readonly (readonly [value: string | undefined, from: string])[]): readonly [string | undefined, string] {
  return all.find(([value]) => value !== undefined && value !== '') ?? [undefined, '']
}

function modeOf(text: string, from: string): CacheSettings {
  const [name, count] = text.split(':')
  const mode = MODES.find((one) => one === name)
  const isCount = count === undefined || (mode === 'lru' && /^[1-9]\d{0,8}$/.test(count))
  if (mode === undefined || !isCount || text.split(':').length > 2) {
    throw new UsageError(`${from}: expected ${EXPECTED}, got ${JSON.stringify(text)}.`)
  }
  return { mode, ...(count !== undefined && { count: Number(count) }) }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30, TIB: 2 ** 40 }

/** `500MB`, `1.5 GB`, `2GiB` or a number of bytes. */
function bytesOf(text: string, from: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? []
  const factor = Object.hasOwn(UNITS, unit.toUpperCase()) ? UNITS[unit.toUpperCase()] : undefined
  const bytes = Math.round(Number(number) * (factor ?? Number.NaN))
  if (Number.isSafeInteger(bytes)) return bytes
  throw new UsageError(`${from}: expected a size such as 500MB or 10GB, got ${JSON.stringify(text)}.`)
}
