import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { runs } from '../../test/laws.ts'
import type { TensorData } from '../graph/dtype.ts'
import { CheckpointError } from './error.ts'
import { openCheckpoint } from './open.ts'
import { readTensor } from './read.ts'
import { readSafetensors } from './safetensors.ts'
import { anyTensors } from './tensors.fixture.ts'
import { writeFailure, writeSafetensors } from './write-safetensors.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinograph-safetensors-'))
})
afterAll(() => rm(folder, { recursive: true }))

const bits = ({ dtype, shape, data }: TensorData) => [
  dtype,
  shape,
  Buffer.from(data.buffer, data.byteOffset, data.byteLength),
]

describe('round trip', () => {
  test('what was written is read, bit by bit', async () => {
    const path = join(folder, 'round-trip.safetensors')
    await fc.assert(
      fc.asyncProperty(anyTensors, fc.dictionary(fc.string(), fc.string()), async (tensors, metadata) => {
        await writeSafetensors(path, tensors, metadata)
        const read = await readSafetensors(path)
        expect({ ...read.metadata }).toEqual({ ...metadata })
        expect([...read.entries.keys()].sort()).toEqual([...tensors.keys()].sort())
        for (const [name, entry] of read.entries)
          expect(bits(await readTensor(entry))).toEqual(bits(tensors.get(name)!))
      }),
      runs(150),
    )
  })

  test('wide types come first, so that every tensor is aligned', async () => {
    const path = join(folder, 'aligned.safetensors')
    await writeSafetensors(
      path,
      new Map<string, TensorData>([
        ['a', { dtype: 'int8', shape: [3], data: Int8Array.of(1, 2, 3) }],
        ['b', { dtype: 'float64', shape: [1], data: Float64Array.of(1) }],
        ['c', { dtype: 'float32', shape: [1], data: Float32Array.of(1) }],
      ]),
    )
    const { entries } = await readSafetensors(path)
    expect([...entries.keys()]).toEqual(['b', 'c', 'a'])
    expect(entries.get('b')!.offset % 8).toBe(0)
  })

  test('a writer that fails leaves nothing behind', async () => {
    const inside = join(folder, 'failing')
    const tensors = new Map<string, TensorData>([['a', { dtype: 'float32', shape: [3], data: Float32Array.of(1, 2) }]])
    await expect(writeSafetensors(join(inside, 'x.safetensors'), tensors)).rejects.toThrow(
      '[3] has 3 elements, 2 were given',
    )
    expect(await readdir(folder)).not.toContain('failing')
  })

  test("a full disk, and a folder that can't be made, are told as such", async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    })
    expect(String(writeFailure('/x.safetensors', full))).toBe(
      'CheckpointError: /x.safetensors: the disk is full. Free some space, or choose another folder.',
    )
    await writeFile(join(folder, 'a-file'), '')
    await expect(writeSafetensors(join(folder, 'a-file', 'x.safetensors'), new Map())).rejects.toThrow(
      /can't be written \(E\w+\)\. Check the folder/,
    )
  })
})

/** A file of the format: length, header, data. */
function bytes(header: string | Buffer, data: number | Buffer = 0, length?: bigint): Buffer {
  const text = Buffer.from(header as string) // Buffer.from takes both
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(length ?? BigInt(text.length))
  return Buffer.concat([size, text, typeof data === 'number' ? Buffer.alloc(data) : data])
}

const f32 = (begin: unknown, end: unknown, shape: unknown = [1]) =>
  JSON.stringify({ dtype: 'F32', shape, data_offsets: [begin, end] })

describe('refuses', () => {
  const cases: [string, Buffer, string | RegExp, RegExp][] = [
    ['an empty file', Buffer.alloc(0), '', /has 8 bytes or more, this one 0 \(truncated\)/],
    [
      'a header longer than the file',
      bytes('{}', 0, 50n),
      '',
      /the header claims to end at byte 58, the file at 10 \(truncated\)/,
    ],
    ['a header over 100 MB', bytes('{}', 0, 100_000_001n), '', /may have at most 100000000 bytes, it claims 100000001/],
    ['a header of 2^63 bytes', bytes('{}', 0, 2n ** 63n), '', /it claims 9223372036854775808/],
    ['a header that is no JSON', bytes('{"a":'), '', /the header is not JSON in UTF-8/],
    ['a header that is no UTF-8', bytes(Buffer.from([0x7b, 0xff, 0x7d])), '', /not JSON in UTF-8/],
    ['a header that is a list', bytes('[]'), '', /not a JSON object/],
    ['a header nested too deep', bytes('['.repeat(100_000)), '', /nested more than 3 deep/],
    ['a tensor that stands twice', bytes(`{"a":${f32(0, 4)},"a":${f32(0, 4)}}`, 4), '', /the key "a" stands twice/],
    [
      'the same twice, spelled otherwise',
      bytes(`{"a":${f32(0, 4)},"\\u0061":${f32(0, 4)}}`, 4),
      '',
      /the key "a" stands twice/,
    ],
    ['a tensor that is no object', bytes('{"a":3}'), 'a', /expected an object with dtype, shape and data_offsets/],
    [
      'an unknown dtype',
      bytes('{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}', 1),
      'a',
      /expected a dtype of F64, F32, .* found "F8_E4M3"/,
    ],
    ['a negative size', bytes(`{"a":${f32(0, 4, [-1])}}`, 4), 'a', /expected a shape of whole numbers/],
    ['a fractional size', bytes(`{"a":${f32(0, 4, [0.5])}}`, 4), 'a', /expected a shape of whole numbers/],
    ['sizes as texts', bytes(`{"a":${f32(0, 4, ['1'])}}`, 4), 'a', /expected a shape of whole numbers/],
    ['negative offsets', bytes(`{"a":${f32(-4, 0)}}`, 4), 'a', /expected data_offsets of two whole numbers/],
    [
      'three offsets',
      bytes('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 8),
      'a',
      /expected data_offsets of two/,
    ],
    ['offsets that run backwards', bytes(`{"a":${f32(4, 0)}}`, 4), 'a', /bytes 4 to 0 lie outside of the data/],
    [
      'a tensor past the end',
      bytes(`{"a":${f32(0, 4)}}`, 3),
      'a',
      /bytes 0 to 4 lie outside of the data, which has 3 bytes/,
    ],
    [
      "bytes that don't match the shape",
      bytes(`{"a":${f32(0, 8, [3])}}`, 8),
      'a',
      /float32 \[3\] takes 12 bytes, its data_offsets hold 8/,
    ],
    [
      'a shape whose product overflows',
      bytes(`{"a":${f32(0, 4, [2 ** 40, 2 ** 40, 0.5 * 2])}}`, 4),
      'a',
      /takes more bytes than can be counted/,
    ],
    [
      'tensors that overlap',
      bytes(`{"a":${f32(0, 4)},"b":${f32(2, 6)}}`, 6),
      'b',
      /overlaps the tensor before it: expected its data at 4, found 2/,
    ],
    [
      'a gap between tensors',
      bytes(`{"a":${f32(0, 4)},"b":${f32(8, 12)}}`, 12),
      'b',
      /leaves a gap .* expected its data at 4, found 8/,
    ],
    ['a gap at the start', bytes(`{"a":${f32(4, 8)}}`, 8), 'a', /leaves a gap/],
    [
      'bytes after the last tensor',
      bytes(`{"a":${f32(0, 4)}}`, 9),
      '',
      /5 bytes after the last tensor belong to no tensor/,
    ],
    ['metadata that is no object', bytes('{"__metadata__":[]}'), '__metadata__', /expected an object of texts/],
    [
      'metadata that is no text',
      bytes('{"__metadata__":{"a":1}}'),
      '__metadata__',
      /expected a text under "a", found number/,
    ],
  ]
  test.each(cases)('%s', async (name, content, key, problem) => {
    const path = join(folder, `${name.replaceAll(/\W/g, '-')}.safetensors`)
    await writeFile(path, content)
    const error: unknown = await openCheckpoint(path).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(CheckpointError)
    expect(error).toMatchObject({ file: path, ...(key ? { key } : {}), problem: expect.stringMatching(problem) })
    expect(String(error)).toContain(path)
  })

  test('with one message: file, key, problem, remedy', async () => {
    const path = join(folder, 'message.safetensors')
    await writeFile(path, bytes(`{"blocks.0.weight":${f32(0, 8, [3])}}`, 8))
    await expect(openCheckpoint(path)).rejects.toThrow(
      `${path}, "blocks.0.weight": float32 [3] takes 12 bytes, its data_offsets hold 8. Download or copy the file again.`,
    )
  })

  test("a file that isn't there, a folder, and a device", async () => {
    await expect(openCheckpoint(join(folder, 'nowhere.safetensors'))).rejects.toThrow(
      /can't be opened \(ENOENT\)\. Check the path/,
    )
    await expect(readSafetensors(folder)).rejects.toThrow(/expected a regular file/)
    await expect(readSafetensors('/dev/zero')).rejects.toThrow(/expected a regular file/)
  })
})

test('10,000 tensors open; a tensor of a file that has shrunk is refused', async () => {
  const path = join(folder, 'many.safetensors')
  const data = Float32Array.of(1)
  await writeSafetensors(
    path,
    new Map(Array.from({ length: 10_000 }, (_, i) => [`t${i}`, { dtype: 'float32', shape: [1], data }])),
  )
  const { entries } = await readSafetensors(path)
  expect(entries.size).toBe(10_000)
  const last = [...entries.values()].at(-1)!
  await writeFile(path, (await readFile(path)).subarray(0, last.offset))
  await expect(readTensor(last)).rejects.toThrow(/truncated/)
})

test('damaged files never crash the reader, and never give a tensor outside of the file', async () => {
  const path = join(folder, 'damaged.safetensors')
  await writeSafetensors(
    path,
    new Map<string, TensorData>([
      ['blocks.0.weight', { dtype: 'float32', shape: [2, 3], data: new Float32Array(6) }],
      ['blocks.0.bias', { dtype: 'float16', shape: [3], data: new Uint16Array(3) }],
    ]),
    { format: 'pt' },
  )
  const whole = await readFile(path)
  await fc.assert(
    fc.asyncProperty(damage(whole.length), async (harm) => {
      await writeFile(path, harm(whole))
      await expectInside(path)
    }),
    runs(400),
  )
})

/** Changes a few bytes, and maybe cuts the end off. */
const damage = (length: number) =>
  fc
    .record({
      changes: fc.array(fc.tuple(fc.nat(length - 1), fc.nat(255)), { maxLength: 4 }),
      keep: fc.oneof(fc.constant(length), fc.nat(length)),
    })
    .map(({ changes, keep }) => (whole: Buffer) => {
      const bytes = Buffer.from(whole)
      for (const [at, value] of changes) bytes[at] = value
      return bytes.subarray(0, keep)
    })

async function expectInside(path: string): Promise<void> {
  const { length } = await readFile(path)
  try {
    const { entries } = await openCheckpoint(path)
    for (const { offset, bytes } of entries.values()) {
      expect(offset).toBeGreaterThanOrEqual(8)
      expect(offset + bytes).toBeLessThanOrEqual(length)
    }
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError)
  }
}
