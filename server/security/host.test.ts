import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { defaultConfig } from '../config/defaults.ts'
import { hostCheck, parseHost } from './host.ts'

function request(rawHeaders: readonly string[], url = '/prompt'): IncomingMessage {
  const message = new IncomingMessage(new Socket())
  message.rawHeaders = [...rawHeaders]
  message.url = url
  return message
}

test.each([
  ['localhost', { name: 'localhost' }],
  ['LOCALHOST:8188', { name: 'localhost', port: 8188 }],
  ['localhost.:80', { name: 'localhost', port: 80 }],
  ['[::1]:8188', { name: '::1', port: 8188 }],
  ['[::1]', { name: '::1' }],
  ['my-host_1.example.org', { name: 'my-host_1.example.org' }],
])('reads %s', (text, expected) => expect(parseHost(text)).toEqual(expected))

test.each([
  '', ' ', '.', ':', ':80', 'localhost:', 'localhost:0', 'localhost:65536', 'localhost:80:80', 'localhost:8188@evil.test', 'user@127.0.0.1',
  'user:pass@127.0.0.1:8188', '127.0.0.1/evil.test', '127.0.0.1#', '127.0.0.1?x', '127.0.0.1, evil.test', '127.0.0.1 evil.test', '::1', '[::1',
  '[::1]x', '[localhost]', '[1:2]', 'a..b', 'localhost..', '-a', 'lócalhost', '127.0.0.1\t', 'localhost:+80', 'localhost:8e1', 'localhost%2eevil',
])('refuses %j', (text) => expect(parseHost(text)).toBeUndefined())

const local = hostCheck(defaultConfig())
const open = hostCheck({ ...defaultConfig(), host: '0.0.0.0', allowedHosts: ['Render.Example.org:443'] })

test.each(['localhost', 'LocalHost:1', '127.0.0.1:8188', '127.8.8.8', '[::1]:8188', 'localhost.'])('at home, %s is us', (host) => {
  expect(local(request(['Host', host]))).toBeUndefined()
})

test.each([
  'evil.test', '127.0.0.1.evil.test', 'localhost.evil.test', 'evil.localhost', '192.168.1.5', '0.0.0.0', '[::]', '2130706433', '0x7f.1', '017700000001',
  'render.example.org',
])('at home, %s is somebody else', (host) => {
  expect(local(request(['Host', host]))).toMatchObject({ status: 403, type: 'host_not_allowed' })
})

test('beyond this machine every address is us, since addresses cannot be rebound, but of names only the listed ones', () => {
  for (const host of ['192.168.1.5:8188', '[fe80::1]', 'render.example.org', 'RENDER.example.org.:8188', 'localhost']) {
    expect(open(request(['Host', host])), host).toBeUndefined()
  }
  for (const host of ['evil.test', '192.168.1.5.evil.test', 'example.org']) {
    expect(open(request(['Host', host])), host).toMatchObject({ status: 403 })
  }
})

test.each([
  ['none', []],
  ['two', ['Host', 'localhost', 'Host', 'evil.test']],
  ['two alike', ['host', 'localhost', 'HOST', 'localhost']],
])('refuses %s Host headers', (_name, headers) => {
  expect(local(request(headers))).toMatchObject({ status: 400, message: expect.stringContaining('one Host header') as string })
})

test.each(['http://evil.test/prompt', 'http://127.0.0.1/prompt', '*', ''])('refuses the target %j', (url) => {
  expect(local(request(['Host', 'localhost'], url))).toMatchObject({ status: 400 })
})
