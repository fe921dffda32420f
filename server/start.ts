/** A server from its settings: worker and store first, since they take longest, then what speaks HTTP. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import type { ServerConfig } from './config/config.ts'
import type { Services } from './services.ts'
import { createApp } from './app.ts'

export interface RunningServer {
  /** Without a slash at its end. */
  readonly url: string
  readonly services: Services
  /** Stops accepting, drains or suspends what runs, closes the store. */
  stop(): Promise<void>
}

/** Starts a server. @throws StartError when it can't: the port or the data folder is taken, the settings are unsafe */
export async function startServer(config: ServerConfig): Promise<RunningServer> {
  const services = await openServices(config)
  const server = createServer(createApp(services))
  const url = await listen(server, config)
  return { url, services, stop: async () => { server.close() } }
}

async function openServices(_config: ServerConfig): Promise<Services> {
  throw new Error('store, queue and desk land here')
}

async function listen(server: Server, { host, port }: ServerConfig): Promise<string> {
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo // of a TCP server that listens
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
}
