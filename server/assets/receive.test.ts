import type { IncomingMessage } from 'node:http'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ApiError } from '../api/errors.ts'
import { receiveForm } from './receive.ts'

const LIMIT = 100_000
const START = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
const END = '\r\n--b--\r\n'

let folder: string
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'kinograph-receive-')) })
afterEach(() => rm(folder, { recursive: true }))

/** A request whose bytes come when the test says so. */
function request(headers: Record<string, string> = {}) {
  const body = new PassThrough({ highWaterMark: 1e9 })
  return { body, message: Object.assign(body, { headers: { 'content-type': 'multipart/form-data; boundary=b', ...headers } }) as unknown as IncomingMessage }
}

const received = (message: IncomingMessage) =>
  receiveForm(message, { folder, fields: ['note'], bytes: LIMIT }, async ({ file, fields }) => ({ ...file, content: await readFile(file.path), fields }))

/** What a form is refused with; the stage is gone by then. */
async function refused(message: IncomingMessage) {
  const error = await received(message).then(() => undefined, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(ApiError)
  expect(await readdir(folder)).toEqual([])
  const { status, refusal } = error as ApiError
  return [status, refusal.code]
}

test('a file of exactly the limit is taken', async () => {
  const { body, message } = request()
  body.end(START + 'a'.repeat(LIMIT) + END)
  const file = await received(message)
  expect([file.bytes, file.content.length, file.given, file.head.length]).toEqual([LIMIT, LIMIT, 'a.png', 64])
})

test.each([
  ['all of it in one piece, before the disk has a file', 'a'.repeat(40 * LIMIT), []],
  ['one byte too many, then no end', 'a'.repeat(LIMIT + 1), []],
  ['one byte too many, then a good end', 'a'.repeat(LIMIT + 1), [END]],
  ['the end later, when the disk has caught up', 'a'.repeat(LIMIT + 1), [50, '']],
  ['more and more of it', 'a'.repeat(LIMIT), [50, 'a', 50, 'a'.repeat(LIMIT), 50, 'a'.repeat(LIMIT)]],
  ['then a second file', 'a'.repeat(LIMIT + 1), [`\r\n${START}b${END}`]],
  ['then a field that is not known', 'a'.repeat(LIMIT + 1), ['\r\n--b\r\nContent-Disposition: form-data; name="x"\r\n\r\ny', END]],
  ['then a head of a part that is none', 'a'.repeat(LIMIT + 1), ['\r\n--b\r\nno head\r\n\r\n']],
])('a file that passed the limit is too large whatever comes after: %s', async (_, start, rest) => {
  const { body, message } = request()
  body.write(START + start)
  const answer = refused(message)
  for (const piece of rest) await (typeof piece === 'number' ? sleep(piece) : body.write(piece))
  body.end()
  expect(await answer).toEqual([413, 'body_too_large'])
})

test.each([
  ['at once', [START + 'a']],
  ['before a byte of the file', [START]],
  ['at the limit', [START + 'a'.repeat(LIMIT)]],
  ['later', [START + 'a', 50]],
  ['in the end line', [START + 'a', 50, '\r\n--b']],
])('a form that ends too early is broken: %s', async (_, pieces) => {
  const { body, message } = request()
  const answer = refused(message)
  for (const piece of pieces) await (typeof piece === 'number' ? sleep(piece) : body.write(piece))
  body.end()
  expect(await answer).toEqual([400, 'invalid_form'])
})

test('what was wrong first is said, also when the file is too large afterwards', async () => {
  const { body, message } = request()
  body.end(`--b\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n${START}${'a'.repeat(2 * LIMIT)}`)
  expect(await refused(message)).toEqual([400, 'invalid_form'])
})

test.each([-1, 0, 50])('a connection that is lost leaves neither a file nor one who waits for it: after %s ms', async (ms) => {
  const { body, message } = request()
  body.write(START + 'a'.repeat(LIMIT / 2))
  if (ms < 0) body.destroy()
  const answer = refused(message)
  if (ms > 0) await sleep(ms)
  body.destroy()
  expect(await answer).toEqual([400, 'invalid_form'])
})

test('a length that can only be too large is refused before anything is read', async () => {
  const { message } = request({ 'content-length': '40000000000' })
  expect(await refused(message)).toEqual([413, 'body_too_large'])
  expect(message.readableFlowing).toBe(null)
})
