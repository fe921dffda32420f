import { createHash } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiOf, form, picture, PIXEL, startApi, type Api } from './api-support.ts'
import { filesBelow, scratchFolder } from './support.ts'

let api: Api
beforeAll(async () => {
  api = await apiOf(await startApi({ config: { limits: { pixels: 1_000_000, uploadBytes: 2_000_000 } } }))
  mkdirSync(api.server.output, { recursive: true })
  mkdirSync(api.server.input, { recursive: true })
})
afterAll(() => api.server.stop())

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
/** Node's fetch would add no-cache, which asks for the whole. */
const CACHED = { 'cache-control': 'max-age=0' }
const photo = (width: number, color: string) => sharp({ create: { width, height: 20, channels: 3, background: color } }).png().toBuffer()

test('an upload is kept under its name, told by its content, and never takes the place of another', async () => {
  const [red, blue] = await Promise.all([photo(30, 'red'), photo(31, 'blue')])
  const first = await api.ask('POST', '/assets', form(red, 'a cat.png', { folder: 'pets' }))
  expect(first.status).toBe(201)
  expect(first.body).toMatchObject({ path: 'pets/a cat.png', kind: 'image', bytes: red.length, sha256: sha256(red), existed: false, width: 30, height: 20 })
  expect(readFileSync(join(api.server.input, 'pets/a cat.png'))).toEqual(red)
  const other = await api.ask('POST', '/assets', form(blue, 'a cat.png', { folder: 'pets' }))
  expect(other.body).toMatchObject({ path: 'pets/a cat (2).png', existed: false })
  const again = await api.ask('POST', '/assets', form(red, 'a cat.png', { folder: 'pets' }))
  expect([again.status, again.body.path, again.body.existed]).toEqual([200, 'pets/a cat.png', true])
  expect((await api.ask('GET', '/probe/input/pets/a%20cat.png')).body).toMatchObject({ kind: 'image', format: 'png', width: 30, height: 20 })
})

test('with naming=hash, a file is found by its content', async () => {
  const hash = sha256(PIXEL)
  expect((await api.ask('GET', `/assets/by-hash/${hash}`)).status).toBe(404)
  const { body } = await api.ask('POST', '/assets', form(PIXEL, 'whatever.html', { naming: 'hash' }))
  expect(body.path).toBe(`by-hash/${hash}.png`)
  expect((await api.ask('GET', `/assets/by-hash/${hash}`)).body).toEqual({ path: `by-hash/${hash}.png`, sha256: hash })
})

test('what is not media is refused by its content, whatever it is called', async () => {
  for (const [bytes, name] of [['<svg xmlns="http://www.w3.org/2000/svg"/>', 'a.png'], ['<html><script>', 'a.html'], ['MZ', 'a.mp4'], ['', 'empty.png']]) {
    const { status, body } = await api.ask('POST', '/assets', form(Buffer.from(bytes!), name!))
    expect(status).toBe(415)
    expect(body.error).toMatchObject({ code: 'unsupported_media_type', field: 'body.file' })
  }
  const named = await api.ask('POST', '/assets', form(PIXEL, 'script.html'))
  expect(named.body.path).toBe('script.html.png')
})

test.each([
  ['../../evil.png', 'evil.png'], ['..\\..\\evil2.png', 'evil2.png'], ['/etc/cron.d/x.png', 'x.png'], ['CON.png', '_CON.png'],
  ['nul', '_nul.png'], ['a:b|c*.png', 'a_b_c_.png'], ['.hidden.png', 'hidden.png'], ['dots...', 'dots.png'], ['cafe\u0301.png', 'caf\u00e9.png'],
])('the name %j becomes a safe one', async (given, kept) => {
  const bytes = await photo(33 + given.length, 'green')
  const { body } = await api.ask('POST', '/assets', form(bytes, given, { folder: 'names' }))
  expect(body.error).toBeUndefined()
  expect(body.path).toBe(`names/${kept}`)
})

test.each(['../x', '/etc', 'a/../../b', 'a\\b', 'C:', '.kinograph', 'aux', 'x/'])('the folder %j is refused', async (folder) => {
  const { status, body } = await api.ask('POST', '/assets', form(PIXEL, 'a.png', { folder }))
  expect(status).toBe(400)
  expect(body.error).toMatchObject({ code: 'invalid_path', field: 'body.folder' })
})

test('uploads beyond the limits leave nothing behind', async () => {
  const before = filesBelow(api.server.input)
  const send = (body: FormData) => api.ask('POST', '/assets', body)
  const large = await send(form(Buffer.concat([PIXEL, Buffer.alloc(2_000_000)]), 'large.png'))
  expect([large.status, large.body.error.code]).toEqual([413, 'body_too_large'])
  const wide = await sharp({ create: { width: 2000, height: 1000, channels: 3, background: 'red' } }).png().toBuffer()
  expect((await send(form(wide, 'wide.png'))).status).toBe(400)
  const broken = await send(form(PIXEL.subarray(0, 40), 'broken.png'))
  expect(broken.status).toBe(400)
  expect(broken.body.error.message).not.toContain(api.server.data)
  const none = new FormData()
  none.set('folder', 'x')
  expect((await send(none)).body.error.code).toBe('invalid_form')
  expect((await send(form(PIXEL, 'a.png', { overwrite: 'true' }))).body.error.code).toBe('invalid_form')
  expect(filesBelow(api.server.input)).toEqual(before)
})

test('a file comes whole, in ranges, or not again', async () => {
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))
  writeFileSync(join(api.server.output, 'clip.mp4'), bytes)
  const get = (headers: Record<string, string> = {}, method = 'GET') => api.server.fetch('/api/assets/output/clip.mp4', { method, headers })
  const whole = await get()
  expect(Buffer.from(await whole.arrayBuffer())).toEqual(bytes)
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'content-type': 'video/mp4', 'accept-ranges': 'bytes', 'content-length': '1000', 'x-content-type-options': 'nosniff',
  })
  const etag = whole.headers.get('etag')!
  const part = async (range: string, more: Record<string, string> = {}) => {
    const answer = await get({ range, ...more })
    return [answer.status, answer.headers.get('content-range'), Buffer.from(await answer.arrayBuffer()).length]
  }
  expect(await part('bytes=0-99')).toEqual([206, 'bytes 0-99/1000', 100])
  expect(await part('bytes=990-')).toEqual([206, 'bytes 990-999/1000', 10])
  expect(await part('bytes=-5')).toEqual([206, 'bytes 995-999/1000', 5])
  expect(await part('bytes=0-99', { 'if-range': etag })).toEqual([206, 'bytes 0-99/1000', 100])
  expect(await part('bytes=0-99', { 'if-range': '"old"' })).toEqual([200, null, 1000])
  expect(await part('bytes=0-1,5-9')).toEqual([200, null, 1000])
  expect(await part('nonsense')).toEqual([200, null, 1000])
  expect((await part('bytes=2000-')).slice(0, 2)).toEqual([416, 'bytes */1000'])
  expect((await get({ 'if-none-match': etag, ...CACHED })).status).toBe(304)
  expect((await get({ 'if-modified-since': whole.headers.get('last-modified')!, ...CACHED })).status).toBe(304)
  const head = await get({}, 'HEAD')
  expect([head.status, head.headers.get('content-length'), (await head.arrayBuffer()).byteLength]).toEqual([200, '1000', 0])
})

test('what a browser could run is handed out to be saved, in a sandbox', async () => {
  for (const name of ['page.html', 'drawing.svg', 'code.js', 'style.css', 'data.xml', 'paper.pdf', 'no-extension']) {
    writeFileSync(join(api.server.output, name), '<script>alert(1)</script>')
    const { headers } = await api.ask('GET', `/assets/output/${name}`)
    expect(headers.get('content-type')).toBe('application/octet-stream')
    expect(headers.get('content-disposition')).toMatch(/^attachment; /)
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/)
  }
  writeFileSync(join(api.server.output, 'naïve “%41\'; x.png'), PIXEL)
  const { headers } = await api.ask('GET', `/assets/output/${encodeURIComponent('naïve “%41\'; x.png')}?download=true`)
  expect(headers.get('content-disposition')).toBe('attachment; filename="na_ve __41\'_ x.png"; filename*=UTF-8\'\'na%C3%AFve%20%E2%80%9C%2541%27%3B%20x.png')
})

test('links out of the folder are not followed', async () => {
  const outside = scratchFolder()
  writeFileSync(join(outside, 'secret.png'), 'secret')
  symlinkSync(join(outside, 'secret.png'), join(api.server.output, 'link.png'))
  symlinkSync(outside, join(api.server.output, 'folder'))
  symlinkSync('clip-real.mp4', join(api.server.output, 'inside.mp4'))
  linkSync(join(api.server.output, 'page.html'), join(api.server.output, 'twin.html'))
  for (const path of ['link.png', 'folder/secret.png', 'inside.mp4']) {
    for (const route of ['assets', 'thumbnails', 'probe']) expect((await api.ask('GET', `/${route}/output/${path}`)).status).toBe(404)
    expect((await api.ask('DELETE', `/assets/output/${path}`)).status).toBe(404)
  }
  expect((await api.ask('GET', '/assets/output?folder=folder')).status).toBe(404)
  expect(readFileSync(join(outside, 'secret.png'), 'utf8')).toBe('secret')
})

test.each(['..%2f..%2fkinograph.db', '%2e%2e/kinograph.db', '..%5ckinograph.db', '%2Fetc%2Fpasswd', 'a%00b.png', 'C%3A/x', 'nul', 'x/./y', '.hidden'])(
  'the path %s leads nowhere', async (path) => {
    const { status, body } = await api.ask('GET', `/assets/output/${path}`)
    expect([400, 404]).toContain(status)
    expect(body.error.code).toMatch(/^(invalid_path|invalid_request|not_found)$/)
  })

test('folders are listed page by page', async () => {
  const folder = join(api.server.input, 'many')
  mkdirSync(folder)
  for (const index of [1, 2, 3, 4, 5]) writeFileSync(join(folder, `${index}.txt`), 'x'.repeat(index))
  mkdirSync(join(folder, 'sub'))
  const first = await api.ask('GET', '/assets/input?folder=many&limit=4')
  expect(first.body).toMatchObject({ total: 6, next: '4.txt' })
  expect(first.body.assets[1]).toMatchObject({ name: '2.txt', path: 'many/2.txt', type: 'file', bytes: 2 })
  const rest = await api.ask('GET', '/assets/input?folder=many&limit=4&after=4.txt')
  expect(rest.body.assets.map((one: { name: string; type: string }) => [one.name, one.type])).toEqual([['5.txt', 'file'], ['sub', 'folder']])
  expect(rest.body.next).toBeUndefined()
  expect((await api.ask('GET', '/assets/input?folder=none')).status).toBe(404)
  expect((await api.ask('GET', '/assets/etc')).status).toBe(400)
})

test('a thumbnail of what a job made; files are removed', async () => {
  const { body: submitted } = await api.ask('POST', '/jobs', picture(77, 300))
  const { body } = await api.ask('GET', `/jobs/${submitted.job.id}/result?wait=50`)
  const { filename } = body.result.files[0]
  const answer = await api.server.fetch(`/api/thumbnails/output/${filename}?size=64`)
  expect(answer.headers.get('content-type')).toBe('image/webp')
  const { width, height, format } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata()
  expect({ width, height, format }).toEqual({ width: 64, height: 64, format: 'webp' })
  expect((await api.server.fetch(`/api/thumbnails/output/${filename}?size=64`, { headers: { 'if-none-match': answer.headers.get('etag')!, ...CACHED } })).status).toBe(304)
  expect((await api.ask('GET', `/thumbnails/output/${filename}?size=5000`)).status).toBe(400)
  expect((await api.ask('DELETE', `/assets/output/${filename}`)).status).toBe(204)
  expect((await api.ask('GET', `/assets/output/${filename}`)).status).toBe(404)
})

test('models are listed and looked into', async () => {
  const { body } = await api.ask('GET', '/weights')
  expect(body.models).toEqual(expect.arrayContaining([expect.objectContaining({ folder: 'Motion_Module', name: 'tiny_shapes_mm.safetensors' })]))
  const report = (await api.ask('GET', '/weights/inspect?path=Motion_Module/tiny_shapes_mm.safetensors')).body
  expect(report).toMatchObject({ format: 'safetensors', kind: 'motion-module' })
  expect(report.parameters).toBeGreaterThan(100_000)
  expect((await api.ask('GET', '/weights/inspect?path=../../etc/passwd')).status).toBe(400)
  expect((await api.ask('GET', '/weights/inspect?path=Motion_Module/none.safetensors')).status).toBe(404)
})
