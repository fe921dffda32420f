/**
 * Preloaded into every Node process of a server (NODE_OPTIONS=--require): writes a line to $RECORD_NETWORK for each
 * connection that is opened, each name that is looked up and each datagram that is sent.
 */
const { appendFileSync } = require('node:fs')
const dgram = require('node:dgram')
const dns = require('node:dns')
const net = require('node:net')

const file = process.env.RECORD_NETWORK
const record = (kind, target) => appendFileSync(file, `${JSON.stringify({ pid: process.pid, kind, target: String(target) })}\n`)

function watch(object, name, kind, targetOf) {
  const original = object[name]
  if (typeof original !== 'function') return
  object[name] = function (...args) {
    record(kind, targetOf(args))
    return original.apply(this, args)
  }
}

const toText = ([first, second]) => {
  const options = Array.isArray(first) ? first[0] : first
  return options !== null && typeof options === 'object' ? JSON.stringify({ host: options.host, port: options.port, path: options.path }) : `${first} ${second}`
}
watch(net.Socket.prototype, 'connect', 'connect', toText)
watch(dgram.Socket.prototype, 'send', 'datagram', toText)
watch(dgram.Socket.prototype, 'connect', 'datagram', toText)
for (const name of Object.keys(dns)) if (/^(lookup|resolve|reverse)/.test(name)) watch(dns, name, 'look-up', toText)
for (const name of Object.keys(dns.promises)) if (/^(lookup|resolve|reverse)/.test(name)) watch(dns.promises, name, 'look-up', toText)
record('started', process.argv[1])
