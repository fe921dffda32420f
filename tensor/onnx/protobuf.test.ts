import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Message } from './protobuf.ts'

const hex = (m: Message) => Buffer.from(m.finish()).toString('hex')

test('the examples of the protobuf guide', () => {
  expect(hex(new Message().int(1, 150))).toBe('089601')
  expect(hex(new Message().string(2, 'testing'))).toBe('120774657374696e67')
  expect(hex(new Message().message(3, new Message().int(1, 150)))).toBe('1a03089601')
  expect(hex(new Message().ints(6, [3, 270, 86942]))).toBe('3206038e029ea705')
  expect(hex(new Message().int(1, -2))).toBe('08feffffffffffffffff01')
  expect(hex(new Message().float(2, 1))).toBe('150000803f')
})

test('every 64-bit integer comes back', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const bytes = new Message().int(1, value).finish().subarray(1)
      const read = bytes.reduce((sum, byte, i) => sum | (BigInt(byte & 127) << BigInt(7 * i)), 0n)
      expect(BigInt.asIntN(64, read)).toBe(value)
      expect([...bytes].map((byte) => byte >> 7)).toEqual([...bytes].map((_, i) => (i < bytes.length - 1 ? 1 : 0)))
    }),
  )
})
