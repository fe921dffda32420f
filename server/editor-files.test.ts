import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { editorFiles } from './editor-files.ts'

const PAGE = `<!doctype html><p>${'editor '.repeat(50)}</p>`
const SCRIPT = `console.log(${JSON.stringify('x'.repeat(500))})`

let folder: string
let server: Server

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinograph-editor-'))
  await mkdir(join(folder, 'assets'))
  const files: readonly (readonly [string, string])[] = [['index.html', PAGE], ['assets/main-abc.js', SCRIPT]]
  for (const [name, text] of files) {
    await writeFile(join(folder, name), text)
    await writeFile(join(folder, `${name}.br`), brotliCompressSync(text))
    await writeFile(join(folder, `${name}.gz`), gzipSync(text))
  }
  await writeFile(join(folder, 'assets', 'small-1.css'), 'p{}')
  await writeFile(join(folder, 'assets', 'frame-1.webp'), 'RIFF')
  const app = express().use(editorFiles(folder))
  app.use((_request, response) => { response.status(404).json({}) })
  server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((done) => { server.once('listening', done) })
})

afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

interface Answer { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }

/** Sends the path as it is: fetch would tidy it first. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo
    request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }))
    }).on('error', reject).end()
  })
}

test.each(['/', '/index.html'])('%s is the page, asked for anew each time', async (path) => {
  const { status, headers, body } = await get(path)
  expect([status, headers['cache-control'], headers['content-type'], headers.vary, headers['content-encoding']])
    .toEqual([200, 'no-cache', 'text/html; charset=utf-8', 'Accept-Encoding', undefined])
  expect(body.toString()).toBe(PAGE)
})

test('files that are named by their content are kept for good', async () => {
  for (const path of ['/assets/main-abc.js', '/assets/small-1.css', '/assets/frame-1.webp']) {
    expect((await get(path)).headers['cache-control']).toBe('public, max-age=31536000, immutable')
  }
})

test.each([
  ['gzip, deflate, br, zstd', 'br', brotliDecompressSync], ['gzip', 'gzip', gunzipSync], ['br;q=0, gzip', 'gzip', gunzipSync],
  ['', undefined, (body: Buffer) => body], ['identity', undefined, (body: Buffer) => body], ['br;q=0, gzip;q=0', undefined, (body: Buffer) => body],
] as const)('whoever accepts %j gets %s', async (accepted, encoding, decode) => {
  const { headers, body } = await get('/assets/main-abc.js', { 'accept-encoding': accepted })
  expect([headers['content-encoding'], headers['content-type'], headers.vary]).toEqual([encoding, 'text/javascript; charset=utf-8', 'Accept-Encoding'])
  expect(decode(body).toString()).toBe(SCRIPT)
})

test('what the build found too small to compress comes as it is', async () => {
  const { headers, body } = await get('/assets/small-1.css', { 'accept-encoding': 'br' })
  expect([headers['content-encoding'], headers['content-type'], body.toString()]).toEqual([undefined, 'text/css; charset=utf-8', 'p{}'])
})

test('the page that is the same is not sent again, however it is compressed', async () => {
  const encoded = { 'accept-encoding': 'br' }
  const first = await get('/', encoded)
  const again = await get('/', { ...encoded, 'if-none-match': first.headers.etag! })
  expect([again.status, again.body.length]).toEqual([304, 0])
  expect((await get('/')).headers.etag).not.toBe(first.headers.etag)
})

test('HEAD tells the same without the file', async () => {
  const { status, headers, body } = await get('/assets/main-abc.js', { 'accept-encoding': 'br' }, 'HEAD')
  expect([status, headers['content-encoding'], Number(headers['content-length']), body.length]).toEqual([200, 'br', brotliCompressSync(SCRIPT).length, 0])
})

test.each([
  '/assets/gone.js', '/assets/main-abc.js.br', '/index.html.gz', '/assets/../index.html', '/assets/%2e%2e/index.html', '/..%2findex.html',
  '//index.html', '/assets//main-abc.js', '/assets/.hidden', '/assets', '/assets/', '/index.html%00.js',
])('%s is not there, and nobody keeps that', async (path) => {
  const { status, headers } = await get(path, { 'accept-encoding': 'br' })
  expect([status, headers['cache-control'], headers['content-encoding']]).toEqual([404, undefined, undefined])
})

test('only reading is answered', async () => {
  expect((await get('/', {}, 'POST')).status).toBe(404)
})
