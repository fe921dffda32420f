import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { defaultConfig } from '../config/defaults.ts'
import { isChange, originCheck } from './origin.ts'

type Headers = Readonly<Record<string, string>>

function request(method: string, headers: Headers): IncomingMessage {
  const message = new IncomingMessage(new Socket())
  message.method = method
  message.url = '/prompt'
  const all = { host: '127.0.0.1:8188', ...headers }
  message.headers = all
  message.rawHeaders = Object.entries(all).flat()
  return message
}

const check = originCheck(defaultConfig())
const sharing = originCheck({ ...defaultConfig(), allowedOrigins: ['https://editor.example.org'] })

const OWN: readonly Headers[] = [
  {}, // curl, SDKs
  { origin: 'http://127.0.0.1:8188' },
  { origin: 'http://127.0.0.1:8188', 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'none' },
  { referer: 'http://127.0.0.1:8188/editor' },
  { host: 'KINO.example.org', origin: 'https://kino.example.org' }, // TLS ends at a proxy
  { host: 'kino.example.org:443', origin: 'https://kino.example.org' },
  { host: 'localhost:80', origin: 'http://localhost' },
]
const FOREIGN: readonly Headers[] = [
  { origin: 'null' },
  { origin: '' },
  { origin: 'http://evil.test' },
  { origin: 'http://127.0.0.1:8188.evil.test' },
  { origin: 'http://127.0.0.1:9999' },
  { origin: 'http://127.0.0.1' },
  { origin: 'http://localhost:8188' },
  { origin: 'file://' },
  { origin: 'chrome-extension://abcdefgh' },
  { origin: 'ws://127.0.0.1:8188' },
  { origin: 'http://127.0.0.1:8188', 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'something-new' },
  { referer: 'http://evil.test/page' },
  { referer: 'nonsense' },
  { host: 'localhost:81', origin: 'http://localhost' },
]

test.each(OWN)('lets a change through from %j', (headers) => expect(check(request('POST', headers), false)).toBeUndefined())

test.each(FOREIGN)('refuses a change from %j, and says what to configure', (headers) => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json', '']) {
    const withType = type === '' ? headers : { ...headers, 'content-type': type }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'MADE-UP']) {
      expect(check(request(method, withType), false)).toMatchObject({ status: 403, message: expect.stringMatching(/allowedHosts.*allowedOrigins/) as string })
    }
  }
})

test.each(FOREIGN)('refuses a socket from %j', (headers) => {
  expect(check(request('GET', headers), true)).toMatchObject({ status: 403 })
})

test('two Origin headers are refused, whatever they say', () => {
  const both = request('POST', { origin: 'http://127.0.0.1:8188' })
  both.rawHeaders.push('Origin', 'http://127.0.0.1:8188')
  expect(check(both, false)).toMatchObject({ status: 403 })
})

test('an origin that is allowed may change things, and no other one for its sake', () => {
  expect(sharing(request('POST', { origin: 'https://editor.example.org', 'sec-fetch-site': 'cross-site' }), false)).toBeUndefined()
  expect(sharing(request('GET', { origin: 'https://editor.example.org' }), true)).toBeUndefined()
  for (const headers of FOREIGN) expect(sharing(request('POST', headers), false), JSON.stringify(headers)).toMatchObject({ status: 403 })
})

test('other sites may link here, and embed or fetch nothing', () => {
  const cross = { 'sec-fetch-site': 'cross-site' }
  expect(check(request('GET', { ...cross, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }), false)).toBeUndefined()
  for (const [mode, dest] of [['no-cors', 'image'], ['cors', 'empty'], ['navigate', 'iframe'], ['navigate', 'object'], ['no-cors', 'script']]) {
    expect(check(request('GET', { ...cross, 'sec-fetch-mode': mode!, 'sec-fetch-dest': dest! }), false)).toMatchObject({ status: 403 })
  }
  expect(check(request('GET', {}), false)).toBeUndefined()
  expect(check(request('HEAD', { 'sec-fetch-site': 'same-origin' }), false)).toBeUndefined()
})

test('only GET, HEAD and OPTIONS change nothing', () => {
  expect(['GET', 'HEAD', 'OPTIONS'].map(isChange)).toEqual([false, false, false])
  expect(['POST', 'get', undefined, 'DELETE', 'PROPFIND'].map(isChange)).toEqual([true, true, true, true, true])
})
