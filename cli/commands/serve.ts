/** `kinograph serve`: settings from the file and the command line, then the server, until a signal. */
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { serveSpec } from '../specs.ts'

export async function command(argv: readonly string[]): Promise<number> {
  const { options } = parseArguments(serveSpec, argv)
  const [{ startServer }, { defaultConfig }] = await Promise.all([import('../../server/start.ts'), import('../../server/config/defaults.ts')])
  const config = defaultConfig(options['data-dir'])
  const server = await startServer({ ...config, port: Number(options.port ?? config.port) })
  process.stdout.write(`Kinograph listens at ${server.url}\n`)
  return EXIT.ok
}
