import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { letAnswersArrive } from './unread.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => { server.close(resolve) })
  }
})

const refuse: RequestListener = (_request, response) => { response.writeHead(403, { 'content-length': 2 }).end('no') }

/** A server, and how much it has read. */
async function open(listener: RequestListener = refuse, patience = { bytes: 4_000_000, milliseconds: 60_000 }) {
  const server = createServer(listener)
  letAnswersArrive(server, patience)
  const sockets: Socket[] = []
  server.on('connection', (socket: Socket) => sockets.push(socket))
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  servers.push(server)
  return { port: (server.address() as AddressInfo).port, read: () => sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0), sockets }
}

/** A client that sends everything before it looks at what came. */
async function stubborn(port: number, head: string, body: Buffer) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const errors: string[] = []
  socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message))
  const closed = new Promise<void>((resolve) => { socket.once('close', () => resolve()) })
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`)
  const piece = 65_536
  for (let at = 0; at < body.length && !socket.destroyed; at += piece) {
    if (!socket.write(body.subarray(at, at + piece))) await Promise.race([new Promise((resolve) => { socket.once('drain', resolve) }), closed])
    if (at % (piece * 16) === 0) await sleep(1)
  }
  let text = ''
  socket.on('data', (data: Buffer) => { text += data.toString() })
  return { socket, text: () => text, errors, closed, endsWithServer: () => socket.on('end', () => socket.end()) }
}

const connectionOf = (text: string) => /connection: (\S+)/i.exec(text)?.[1]

test('a client that sends all before it reads gets its answer, and the connection ends in peace', async () => {
  const { port } = await open()
  const body = Buffer.alloc(3_000_000, 'a')
  const chunked = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')])
  for (const [head, bytes] of [[`Content-Length: ${body.length}`, body], ['Transfer-Encoding: chunked', chunked]] as const) {
    const client = await stubborn(port, head, bytes)
    client.endsWithServer()
    await client.closed
    expect([client.errors, client.text().slice(0, 12), connectionOf(client.text()), client.text().endsWith('no')]).toEqual([[], 'HTTP/1.1 403', 'close', true])
  }
})

test('also where the body had been read in part, and was left', async () => {
  const { port } = await open((request, response) => {
    request.once('data', () => {
      request.pause()
      setTimeout(() => { response.writeHead(413, { 'content-length': 2 }).end('no') }, 50)
    })
  })
  const client = await stubborn(port, 'Content-Length: 3000000', Buffer.alloc(3_000_000))
  client.endsWithServer()
  await client.closed
  expect([client.errors, client.text().slice(0, 12), connectionOf(client.text())]).toEqual([[], 'HTTP/1.1 413', 'close'])
})

test('no more is read than said', async () => {
  const { port, read } = await open()
  const client = await stubborn(port, 'Content-Length: 40000000000', Buffer.alloc(200_000_000))
  await client.closed
  expect(read()).toBeLessThan(5_000_000)
})

test('nor for longer than said', async () => {
  const { port } = await open(refuse, { bytes: 4_000_000, milliseconds: 300 })
  const client = await stubborn(port, 'Content-Length: 40000000000', Buffer.alloc(100))
  const drip = setInterval(() => { if (client.socket.writable) client.socket.write('a') }, 20)
  await client.closed
  clearInterval(drip)
  expect(connectionOf(client.text())).toBe('close')
})

test('a connection goes on after a body that was read, or was short', async () => {
  const { port, sockets } = await open((request, response) => {
    if (request.url === '/unread') return void response.end('left')
    request.resume().on('end', () => response.end('read'))
  })
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (data: Buffer) => { text += data.toString() })
  const send = async (path: string, bytes: number) => {
    text = ''
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`)
    await sleep(20) // the body comes after the answer, if there is one already
    socket.write(Buffer.alloc(bytes))
    await expect.poll(() => text, { timeout: 10_000 }).toMatch(/(left|read)$/)
    return connectionOf(text)
  }
  for (let i = 0; i < 3; i++) {
    expect(await send('/unread', 1000)).toBe('keep-alive')
    expect(await send('/read', 1000)).toBe('keep-alive')
    expect(await send('/read', 1_000_000)).toBe('keep-alive')
  }
  expect(sockets).toHaveLength(1)
  expect(await send('/unread', 1_000_000)).toBe('close')
  socket.destroy()
})

test('an old client that wants no kept connection gets none', async () => {
  const { port } = await open((request, response) => { request.resume().on('end', () => response.end('read')) })
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (data: Buffer) => { text += data.toString() })
  socket.write(`POST / HTTP/1.0\r\nContent-Length: 100000\r\n\r\n${'a'.repeat(100_000)}`)
  await new Promise((resolve) => { socket.once('close', resolve) })
  expect([connectionOf(text), text.endsWith('read')]).toEqual(['close', true])
})
