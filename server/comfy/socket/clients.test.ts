import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import type { Principal, Scope } from '../../services.ts'
import { Clients } from './clients.ts'
import { Connection, flagsIn } from './connection.ts'

const person = (name: string, ...scopes: Scope[]): Principal => ({ name, scopes: new Set<Scope>(['run', ...scopes]) })

/** A socket that notes what it is given; `bufferedAmount` is what its reader has not read. */
class Line extends EventEmitter {
  readonly OPEN = 1
  readyState = 1
  bufferedAmount = 0
  readonly sent: unknown[] = []
  send(frame: unknown): void { this.sent.push(frame) }
  ping(name: string): void { this.sent.push(`ping ${name}`) }
  cork(): void {}
  uncork(): void {}
  close(code: number): void { this.sent.push(code) }
  terminate(): void { this.readyState = 3 }
}

function connect(client: string, principal: Principal): { line: Line; connection: Connection } {
  const line = new Line()
  return { line, connection: new Connection(line as unknown as WebSocket, line, client, principal) }
}

test('a job is heard of by its client, and only by its owner or an administrator', () => {
  const clients = new Clients()
  const [ann, bob, root, other] = [connect('c', person('ann')), connect('c', person('bob')), connect('c', person('root', 'admin')), connect('d', person('ann'))]
  for (const { connection } of [ann, bob, root, other]) clients.add(connection)
  expect(clients.size).toBe(4)
  expect(clients.hearing({ client: 'c', owner: 'ann' })).toEqual([ann.connection, root.connection])
  expect(clients.hearing({ client: 'c' })).toHaveLength(3)
  expect(clients.hearing({ owner: 'ann' })).toEqual([])
})

test('who comes back is told once how jobs ended, and only of their own', () => {
  const clients = new Clients()
  const first = connect('c', person('ann')).connection
  clients.missed({ client: 'c', owner: 'ann' }, ['before it was there'])
  clients.add(first)
  clients.remove(first)
  clients.missed({ client: 'c', owner: 'ann' }, ['a', 'b'])
  clients.missed({ client: 'c', owner: 'bob' }, ['c'])
  expect(clients.returned(connect('c', person('bob')).connection)).toEqual(['c'])
  expect(clients.returned(connect('c', person('ann')).connection)).toEqual(['a', 'b'])
  expect(clients.returned(connect('c', person('ann')).connection)).toEqual([])
})

test('a client that does not read loses progress first, then its connection', () => {
  const { line, connection } = connect('c', person('ann'))
  connection.offer('progress')
  line.bufferedAmount = 2_000_000
  connection.offer('more progress')
  connection.send('the end')
  expect(line.sent).toEqual(['progress', 'the end'])
  line.bufferedAmount = 20_000_000
  connection.send('another')
  expect(line.sent).toEqual(['progress', 'the end', 1013])
  connection.send('nobody hears it')
  expect(line.sent).toHaveLength(3)
})

test('a client has caught up when it answers, and is not waited for without end', async () => {
  const { line, connection } = connect('c', person('ann'))
  const caughtUp = connection.caughtUp()
  expect(line.sent).toEqual(['ping reply-0'])
  line.emit('pong', Buffer.from('another'))
  line.emit('pong', Buffer.from('reply-0'))
  await caughtUp
  await connection.caughtUp() // no answer comes
  expect(line.listenerCount('pong')).toBe(0)
  line.readyState = 3
  await connection.caughtUp()
  expect(line.sent).toHaveLength(2)
})

test('a first message says what a client can do; anything else says nothing', () => {
  expect(flagsIn(Buffer.from('{"type":"feature_flags","data":{"supports_preview_metadata":true}}'))).toEqual({ supports_preview_metadata: true })
  expect(flagsIn(Buffer.from('{"type":"feature_flags","data":7}'))).toEqual({})
  for (const text of ['', '[', 'null', '{"type":"other"}', '"feature_flags"']) expect(flagsIn(Buffer.from(text))).toBeUndefined()
})
