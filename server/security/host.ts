/**
 * Which server a request means. A page of evil.test whose name is made to point at 127.0.0.1 (DNS rebinding) has the
 * same origin as we have, as far as a browser can tell: only the name in Host gives it away. So names must be on a
 * list. Addresses can't be rebound; where the server is bound beyond this machine, all of them pass.
 */
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../config/address.ts'
import type { ServerConfig } from '../config/config.ts'
import type { Refusal } from './refusal.ts'

/** A name or an address in lower case, without brackets and without the final dot; its port where one was given. */
export interface HostName {
  readonly name: string
  readonly port?: number
}

const HOST = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)\.?)(?::([0-9]{1,5}))?$/

/** Reads a Host header. Undefined for all that is no plain `name[:port]`: user names, paths, lists, second ports. */
export function parseHost(text: string): HostName | undefined {
  const match = HOST.exec(text.toLowerCase())
  if (!match) return undefined
  const [, v6, name, digits] = match
  if (v6 !== undefined && isIP(v6) !== 6) return undefined
  if (name?.includes('..')) return undefined
  const port = digits === undefined ? undefined : Number(digits)
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined
  return { name: v6 ?? name, ...(port !== undefined && { port }) }
}

/** Gives the check of the name that a request was sent to; undefined when it may pass. */
export function hostCheck(config: ServerConfig): (request: IncomingMessage) => Refusal | undefined {
  const names = new Set([...config.allowedHosts, config.host].map((host) => parseHost(host)?.name ?? host.toLowerCase()))
  const isLocalOnly = isLoopback(config.host)
  if (!isLocalOnly) names.add(hostname().toLowerCase())
  const isAllowed = ({ name }: HostName) => names.has(name) || isLoopback(name) || (!isLocalOnly && isIP(name) !== 0)
  return (request) => {
    if (!request.url?.startsWith('/')) return notOurs('Expected a path after the method, as in "GET /queue". This server is no proxy.')
    const hosts = valuesOf(request, 'host')
    if (hosts.length !== 1) return notOurs(`Expected one Host header, got ${hosts.length}.`)
    const host = parseHost(hosts[0])
    if (!host) return notOurs(`Host: expected "name" or "name:port", got ${JSON.stringify(hosts[0].slice(0, 200))}.`)
    return isAllowed(host) ? undefined : foreign(host.name)
  }
}

/** All values of a header as they were sent: Node keeps one of several. */
export function valuesOf(request: IncomingMessage, name: string): string[] {
  const raw = request.rawHeaders
  const values: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) if (raw[i].toLowerCase() === name) values.push(raw[i + 1])
  return values
}

function notOurs(message: string): Refusal {
  return { status: 400, type: 'bad_request', message }
}

function foreign(name: string): Refusal {
  return {
    status: 403,
    type: 'host_not_allowed',
    message: `This server is not known as ${JSON.stringify(name)}. If that is its name, add it to "allowedHosts" in the ` +
      'configuration file (or start it with --allow-host).',
  }
}
