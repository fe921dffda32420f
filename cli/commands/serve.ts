/** `kinograph serve`: settings from the file and the command line, then the server, until a signal. */
import packageJson from '../../package.json' with { type: 'json' }
import type { CommandLine } from '../../server/config/load-config.ts'
import type { RunningServer } from '../../server/start.ts'
import { EXIT } from '../exit.ts'
import { serveLine } from '../serve-line.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

export async function command(argv: readonly string[]): Promise<number> {
  const line = serveLine(argv)
  hideToken(line)
  const { ConfigError, loadConfig, StartError, startServer } = await import('../../server/start.ts')
  try {
    const server = await startServer(await loadConfig(line), { secrets: line.token === undefined ? [] : [line.token] })
    announce(server)
    return await untilSignal(server, async () => server.replaceTokens((await loadConfig(line)).tokens))
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof StartError)) throw error
    for (const one of error.message.split('\n')) process.stderr.write(`error: ${one}\n`)
    return error instanceof ConfigError ? EXIT.badInput : EXIT.failed
  }
}

/** The token is known to this function's caller only: not to workers and plugins, nor to whoever lists processes. */
function hideToken({ token }: CommandLine): void {
  if (token === undefined) return
  delete process.env['KINOGRAPH_TOKEN']
  process.title = 'kinograph serve'
}

function announce({ url, services: { config } }: RunningServer): void {
  const door = config.tokens.length === 0 ? 'Open to this machine only.' : `Tokens: ${config.tokens.map(({ name }) => name).join(', ')}. In a browser, log in at ${url}/login.`
  process.stdout.write(`Kinograph ${packageJson.version} listens at ${url}\n${door} Ctrl-C stops it; what waits is kept.\n`)
}

/** Resolves with the exit code once the server has stopped. A second signal ends at once; SIGHUP reads the tokens again. */
function untilSignal(server: RunningServer, readTokens: () => Promise<void>): Promise<number> {
  const { log } = server.services
  process.on('uncaughtExceptionMonitor', (error) => {
    log.error({ error }, 'the server fails')
    log.flush()
  })
  return new Promise((resolve, reject) => {
    let isStopping = false
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (isStopping) process.exit(signal === 'SIGINT' ? EXIT.cancelled : EXIT.terminated) // workers end with us
        isStopping = true
        log.info({ signal }, 'stopping: running jobs may finish, then they are interrupted; once more stops at once')
        server.stop().then(() => resolve(EXIT.ok), reject)
      })
    }
    process.on('SIGHUP', () => {
      readTokens().then(() => log.info({}, 'tokens were read again'), (error: unknown) => log.error({ error }, 'tokens stay as they are'))
    })
  })
}
