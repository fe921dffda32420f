/** Whom an address stands for when it is counted: a household with IPv6 has 2^64 of them. */
import { isIPv6 } from 'node:net'
import { isLoopback } from '../config/address.ts'

/** What every address of this machine counts as. */
export const LOOPBACK_NETWORK = 'loopback'

/** An IPv4 address itself, of an IPv6 address the network (/64), and one name for all of this machine's own. */
export function networkOf(address: string): string {
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
  if (isLoopback(plain)) return LOOPBACK_NETWORK
  return isIPv6(plain) ? `${groupsOf(plain).slice(0, 4).join(':')}::/64` : plain
}

/** The eight groups of an IPv6 address, as the URL parser writes them, with the ones that `::` stands for. */
function groupsOf(address: string): string[] {
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head, tail] = short.split('::').map((part) => part === '' ? [] : part.split(':'))
  if (!tail) return head!
  return [...head!, ...Array.from<string>({ length: 8 - head!.length - tail.length }).fill('0'), ...tail]
}
