/** Begins to listen, or says why it can't. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { urlOf } from '../config/address.ts'
import type { ServerConfig } from '../config/config.ts'
import { StartError } from './start-error.ts'

/** Gives the server's URL, without a slash at its end. @throws StartError when the port or the address can't be had */
export async function listen(server: Server, { host, port }: Pick<ServerConfig, 'host' | 'port'>): Promise<string> {
  server.listen({ port, host, backlog: 1024 })
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new StartError(whyNot(error, host, port), { cause: error })
  }
  const address = server.address()
  return urlOf(host, typeof address === 'object' && address !== null ? address.port : port)
}

function whyNot(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} at ${host} is in use, perhaps by another Kinograph or by ComfyUI. Stop that, or choose another with --port (0 takes any that is free).`
    case 'EACCES':
      return `Port ${port} may not be used by this user. Choose one from 1024 on with --port.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `This machine has no address ${host}. Give one of its own with --host, or 0.0.0.0 for all of them.`
    default:
      return `Listening at ${host}, port ${port} failed: ${error instanceof Error ? error.message : String(error)}`
  }
}
