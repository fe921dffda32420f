/** What the command line and the environment of `kinograph serve` say, as settings of a server. */
import type { CommandLine } from '../server/config/load-config.ts'
import type { DeviceName } from '../worker/protocol.ts'
import { parseArguments, UsageError } from './arguments.ts'
import { cacheSettings } from './cache-options.ts'
import { pluginSettings } from './plugin-options.ts'
import { serveSpec } from './specs.ts'

const DEVICES: readonly DeviceName[] = ['cpu', 'cuda', 'webgpu']

/** @throws UsageError for options that can't be understood */
export function serveLine(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): CommandLine {
  const { options } = parseArguments(serveSpec, argv)
  const plugins = pluginSettings(env)
  const devices = options.device.flatMap((said) => DEVICES.filter((name) => name === said))
  return {
    host: options.host,
    port: wholeNumber('port', options.port, 65_535),
    token: options.token ?? (env['KINOGRAPH_TOKEN'] || undefined),
    allowedHosts: options['allow-host'],
    allowedOrigins: options['allow-origin'].map(originOf),
    data: options['data-dir'],
    input: options['input-dir'],
    output: options['output-dir'],
    models: options['models-dir'] ?? (env['KINOGRAPH_MODELS_DIR'] || undefined),
    plugins: plugins?.folders ?? [],
    safe: plugins === undefined,
    devices,
    cache: saysCache(options, env) ? cacheSettings(options, env) : undefined,
    drainSeconds: wholeNumber('drain-seconds', options['drain-seconds'], 86_400),
    file: options.config,
  }
}

/** `https://editor.example.org`, with nothing after it. */
function originOf(said: string): string {
  if (/^https?:\/\/[^/\s]+$/.test(said)) return said
  throw new UsageError(`--allow-origin: expected an origin such as https://editor.example.org, got ${JSON.stringify(said)}.`)
}

type Options = ReturnType<typeof parseArguments<typeof serveSpec.options>>['options']

/** Whether anything is said of the cache; otherwise the configuration file decides. */
function saysCache(options: Options, env: NodeJS.ProcessEnv): boolean {
  const { cache, 'cache-dir': folder, 'cache-size': size, 'no-cache': none } = options
  return none || [cache, folder, size, env['KINOGRAPH_CACHE'], env['KINOGRAPH_CACHE_SIZE']].some((said) => said !== undefined && said !== '')
}

function wholeNumber(name: string, said: string | undefined, most: number): number | undefined {
  if (said === undefined) return undefined
  if (/^\d{1,9}$/.test(said) && Number(said) <= most) return Number(said)
  throw new UsageError(`--${name}: expected a whole number from 0 to ${most}, got ${JSON.stringify(said)}.`)
}
