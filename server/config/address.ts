/** Addresses to listen at. */
import { BlockList, isIP } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether only this machine reaches what listens there: 127.x.x.x, ::1 or `localhost`. Any other name counts as open. */
export function isLoopback(host: string): boolean {
  const kind = isIP(host)
  if (kind === 0) return host.toLowerCase() === 'localhost'
  return LOOPBACK.check(host, kind === 6 ? 'ipv6' : 'ipv4')
}

/** The URL of a server: `http://[::1]:8188`. One that listens at all addresses is named by a loopback one. */
export function urlOf(host: string, port: number): string {
  const named = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${isIP(named) === 6 ? `[${named}]` : named}:${port}`
}
