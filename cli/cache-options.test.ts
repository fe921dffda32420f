import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { cacheSettings, type CacheOptions } from './cache-options.ts'

const read = (options: CacheOptions, environment: NodeJS.ProcessEnv = {}) => cacheSettings(options, environment)

test.each<[CacheOptions, object]>([
  [{}, { mode: 'memory' }],
  [{ cache: 'disk' }, { mode: 'disk' }],
  [{ cache: 'disk', 'cache-size': '1.5 GB', 'cache-dir': 'kept' }, { mode: 'disk', bytes: 1.5e9, folder: resolve('kept') }],
  [{ 'cache-dir': 'kept' }, { mode: 'disk', folder: resolve('kept') }],
  [{ cache: 'lru:20' }, { mode: 'lru', count: 20 }],
  [{ cache: 'lru', 'cache-size': '2GiB' }, { mode: 'lru', bytes: 2 ** 31 }],
  [{ 'no-cache': true }, { mode: 'none' }],
])('%j is %j', (options, settings) => expect(read(options)).toEqual(settings))

test('the environment counts where the command line says nothing', () => {
  expect(read({}, { KINOGRAPH_CACHE: 'disk', KINOGRAPH_CACHE_SIZE: '100MB' })).toEqual({ mode: 'disk', bytes: 1e8 })
  expect(read({ 'no-cache': true }, { KINOGRAPH_CACHE: 'disk' })).toEqual({ mode: 'none' })
})

test.each<[CacheOptions, string]>([
  [{ cache: 'disc' }, '--cache: expected disk, memory, last, lru, lru:N (the last N results) or none, got "disc".'],
  [{ cache: 'lru:0' }, '--cache: expected disk, memory, last, lru, lru:N (the last N results) or none, got "lru:0".'],
  [{ cache: 'disk:3' }, '--cache: expected disk, memory, last, lru, lru:N (the last N results) or none, got "disk:3".'],
  [{ 'cache-size': 'much' }, '--cache-size: expected a size such as 500MB or 10GB, got "much".'],
  [{ 'cache-size': '9e99' }, '--cache-size: expected a size such as 500MB or 10GB, got "9e99".'],
  [{ cache: 'memory', 'cache-dir': 'x' }, '--cache-dir goes with --cache disk. Leave out one.'],
  [{ cache: 'disk', 'no-cache': true }, '--no-cache and --cache exclude each other. Leave out one.'],
])('%j is refused: %s', (options, message) => expect(() => read(options)).toThrow(message))
