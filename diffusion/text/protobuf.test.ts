import { expect, test } from 'vitest'
import { floatOf, ProtobufError, protobufFields } from './protobuf.ts'

const read = (...bytes: number[]) => [...protobufFields(Uint8Array.from(bytes))]

test('reads varints, fixed words and bytes in file order', () => {
  const fields = read(0x08, 0xac, 0x02, 0x15, 0, 0, 0xc0, 0x3f, 0x1a, 2, 7, 8)
  expect(fields.map(({ number, wire }) => [number, wire])).toEqual([[1, 0], [2, 5], [3, 2]])
  expect(fields[0]!.varint).toBe(300)
  expect(floatOf(fields[1]!)).toBe(1.5)
  expect([...fields[2]!.bytes]).toEqual([7, 8])
})

const FF = [0xff, 0xff, 0xff, 0xff]

test.each([
  ['a length past the end', [0x1a, 5, 1, 2], 'field 3 at byte 0 has 5 bytes of 2 left'],
  ['a number that never ends', [0x08, ...FF, ...FF, ...FF], 'a number at byte 1 is longer than 10 bytes'],
  ['an end inside a number', [0x08, 0x80], 'the bytes end inside a number at byte 2'],
  ['an end inside a fixed word', [0x15, 0, 0], 'field 2 at byte 0 has 4 bytes of 2 left'],
  ['a group', [0x0b], 'unknown wire type 3 at byte 0'],
  ['field number 0', [0x00, 0x00], 'field number 0 at byte 0'],
])('refuses %s', (_, bytes, message) => {
  expect(() => read(...bytes)).toThrow(new ProtobufError(message))
})
