import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { runs } from '../../test/laws.ts'
import type { TensorData } from '../graph/dtype.ts'
import { CheckpointError } from './error.ts'
import { toFloat32 } from './float.ts'
import { openCheckpoint } from './open.ts'
import { readTensor } from './read.ts'
import {
  checkpointParts,
  dict,
  op,
  pickled,
  tensorPickle,
  torchSave,
  tuple,
  zipBytes,
  type View,
  type ZipPart,
} from './torch-save.fixture.ts'
import { bytesOf } from './write-safetensors.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinograph-torch-'))
})
afterAll(() => rm(folder, { recursive: true }))

let files = 0
async function open(content: Uint8Array) {
  const path = join(folder, `${files++}.bin`)
  await writeFile(path, content)
  return openCheckpoint(path)
}

const weight: TensorData = { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }
/** How `weight` is pickled. */
const x: View = { storage: '0', dtype: 'float32', count: 6, shape: [2, 3] }
const half: TensorData = { dtype: 'float16', shape: [2], data: Uint16Array.of(0x3c00, 0x4000) }

async function expectWeights(content: Uint8Array) {
  const { entries } = await open(content)
  expect([...entries.keys()]).toEqual(['a.weight', 'a.half'])
  expect(await readTensor(entries.get('a.weight')!)).toEqual(weight)
  expect(await readTensor(entries.get('a.half')!)).toEqual(half)
}

describe('reads in place', () => {
  const tensors = { 'a.weight': weight, 'a.half': half }

  test('a state dict', () => expectWeights(torchSave(tensors)))

  test('a zip64 file', () => expectWeights(torchSave(tensors, undefined, { wide: true })))

  test('a state dict under "state_dict", with other keys beside it', () =>
    expectWeights(
      torchSave(tensors, (inner) =>
        dict({ epoch: op.int(3), lr_schedulers: tuple(), state_dict: inner, note: op.text('x') }),
      ),
    ))

  test('the only dict of tensors, under any name', () =>
    expectWeights(torchSave(tensors, (inner) => dict({ epoch: op.int(3), model: inner }))))

  test('a state dict with metadata set on it (BUILD)', () =>
    expectWeights(torchSave(tensors, (inner) => Buffer.concat([inner, dict({ _metadata: dict({}) }), op.build]))))

  test.each(['float32', 'float16', 'bfloat16', 'float64', 'int64', 'int32', 'int8', 'uint8', 'bool'] as const)(
    '%s',
    async (dtype) => {
      const bytes = { float32: 4, float16: 2, bfloat16: 2, float64: 8, int64: 8, int32: 4, int8: 1, uint8: 1, bool: 1 }[
        dtype
      ]
      const { entries } = await open(
        zipBytes(
          checkpointParts(pickled(dict({ x: tensorPickle({ storage: '0', dtype, count: 2, shape: [2] }) })), {
            0: new Uint8Array(2 * bytes),
          }),
        ),
      )
      expect(entries.get('x')).toMatchObject({ dtype, shape: [2], bytes: 2 * bytes })
    },
  )

  test('tied tensors and views share one storage', async () => {
    const { entries } = await open(
      zipBytes(
        checkpointParts(
          pickled(
            dict({
              'shared.weight': tensorPickle({ ...x, shape: [2, 3] }),
              'embed.weight': tensorPickle({ ...x, shape: [2, 3] }),
              'second.row': tensorPickle({ ...x, shape: [3], start: 3 }),
            }),
          ),
          { 0: bytesOf(weight.data) },
        ),
      ),
    )
    expect(entries.get('embed.weight')!.offset).toBe(entries.get('shared.weight')!.offset)
    expect((await readTensor(entries.get('second.row')!)).data).toEqual(Float32Array.of(4, 5, 6))
  })

  test('parameters, memoised parts, and strides of axes of one element', async () => {
    const column = tensorPickle({ ...x, shape: [6, 1, 1], stride: [1, 77, 5] })
    const parameter = Buffer.concat([
      op.global('torch._utils', '_rebuild_parameter'),
      tuple(column, op.false, dict({})),
      op.reduce,
    ])
    const pickle = pickled(dict({ a: Buffer.concat([parameter, op.put(9)]), b: op.get(9) }))
    const { entries } = await open(zipBytes(checkpointParts(pickle, { 0: bytesOf(weight.data) })))
    expect([...entries.keys()]).toEqual(['a', 'b'])
  })

  test('empty tensors', async () => {
    const { entries } = await open(torchSave({ none: { dtype: 'float32', shape: [0, 4], data: new Float32Array() } }))
    expect(entries.get('none')).toMatchObject({ shape: [0, 4], bytes: 0 })
  })
})

async function expectRefusal(content: Uint8Array, problem: RegExp | string) {
  const error: unknown = await open(content).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(CheckpointError)
  expect(String(error)).toMatch(problem)
}

const system = (module: string, name: string, argument = 'touch /tmp/kinograph-was-here') =>
  Buffer.concat([op.global(module, name), tuple(op.text(argument)), op.reduce])

describe('reads what PyTorch 2.5.1 wrote', () => {
  const fixtures = new URL('../../test/fixtures/weights/', import.meta.url)
  const openFixture = (name: string) => openCheckpoint(fileURLToPath(new URL(name, fixtures)))

  test('the same tensors as the safetensors file of the same weights, bit by bit', async () => {
    const [torch, safetensors] = await Promise.all([
      openFixture('pytorch-2.5.1.bin'),
      openFixture('pytorch-2.5.1.safetensors'),
    ])
    expect(torch.entries.size).toBeGreaterThanOrEqual(3)
    for (const [name, entry] of torch.entries)
      expect(await readTensor(entry)).toEqual(await readTensor(safetensors.entries.get(name)!))
  })

  test('bfloat16', async () => {
    const { entries } = await openFixture('pytorch-2.5.1-bfloat16.bin')
    expect(entries.size).toBe(52)
    expect(new Set([...entries.values()].map(({ dtype }) => dtype))).toEqual(new Set(['bfloat16']))
    for (const entry of entries.values()) {
      for (const value of toFloat32(await readTensor(entry))) expect(Math.abs(value)).toBeLessThan(10)
    }
  })
})

describe('refuses, without running anything, a pickle with', () => {
  test.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['builtins', 'eval'],
    ['builtins', 'exec'],
    ['__builtin__', 'getattr'],
    ['subprocess', 'Popen'],
    ['torch', 'load'],
    ['torch.hub', 'load'],
    ['torch.storage', '_load_from_bytes'],
    ['numpy.core.multiarray', 'scalar'],
    ['pytorch_lightning.callbacks', 'ModelCheckpoint'],
    ['torch._utils', '_rebuild_tensor_v3'],
  ])('%s.%s', (module, name) =>
    expectRefusal(
      torchSave({ x: weight }, (inner) => dict({ state_dict: inner, evil: system(module, name) })),
      `the pickle asks for "${module}.${name}", which tensors never need: nothing was run. Only tensors`,
    ),
  )

  const state = { x: weight }
  const cases: [string, Buffer, RegExp][] = [
    [
      'a global by STACK_GLOBAL',
      Buffer.concat([op.text('os'), op.text('system'), Buffer.of(0x93), tuple(op.text('ls')), op.reduce]),
      /asks for "os\.system"/,
    ],
    ['NEWOBJ', Buffer.concat([op.global('collections', 'OrderedDict'), op.emptyTuple, Buffer.of(0x81)]), /opcode 0x81/],
    ['INST', Buffer.concat([op.mark, Buffer.from('ios\nsystem\n')]), /opcode 0x69/],
    ['OBJ', Buffer.concat([op.mark, op.global('collections', 'OrderedDict'), Buffer.from('o')]), /opcode 0x6f/],
    ['EXT1', Buffer.of(0x82, 1), /opcode 0x82/],
    [
      'a call of a storage',
      Buffer.concat([op.global('torch', 'FloatStorage'), tuple(op.int(3)), op.reduce]),
      /calls torch\.FloatStorage/,
    ],
    [
      'a call of a text',
      Buffer.concat([op.text('os.system'), tuple(), op.reduce]),
      /calls something that is no function/,
    ],
    [
      'a persistent id that is no storage',
      Buffer.concat([op.text('hello'), op.persistentId]),
      /refers to something that is no storage/,
    ],
    [
      'state for something that is no dict',
      Buffer.concat([tuple(), dict({}), op.build]),
      /sets the state of an object that is no dict/,
    ],
    ['a value that was never stored', op.get(200), /recalls value 200/],
    [
      'a whole number of 200 bytes',
      Buffer.concat([Buffer.of(0x8a, 200), Buffer.alloc(200)]),
      /a whole number of 200 bytes/,
    ],
    [
      'a text past its end',
      Buffer.concat([Buffer.from('X'), Buffer.of(255, 255, 255, 255)]),
      /ends at byte \d+, in the middle/,
    ],
    ['protocol 9', Buffer.of(0x80, 9), /protocol 9/],
  ]
  test.each(cases)('%s', (_, part, problem) =>
    expectRefusal(
      torchSave(state, (inner) => dict({ state_dict: inner, other: part })),
      problem,
    ),
  )

  test('nothing in it', () => expectRefusal(zipBytes(checkpointParts(Buffer.alloc(0))), /ends at byte 0/))
  test('a list as its root', () =>
    expectRefusal(zipBytes(checkpointParts(pickled(tuple()))), /expected a dict of tensors/))
  test('no tensors', () =>
    expectRefusal(
      zipBytes(checkpointParts(pickled(dict({ a: op.int(1) })))),
      /expected one dict of tensors, found none/,
    ))
  test('two dicts of tensors', () =>
    expectRefusal(
      torchSave(state, (inner) => dict({ a: inner, b: inner })),
      /found 2/,
    ))
})

describe('refuses a tensor', () => {
  const save = (view: Partial<View>, storage: Uint8Array = new Uint8Array(24)) =>
    zipBytes(checkpointParts(pickled(dict({ 'a.weight': tensorPickle({ ...x, ...view }) })), { 0: storage }))

  test('that is not stored row by row, naming it', () =>
    expectRefusal(
      save({ stride: [1, 2] }),
      /"a\.weight": \[2, 3\] is not stored row by row \(strides 1, 2\)\. Save it again after \.contiguous\(\)/,
    ))
  test('past the end of its storage', () =>
    expectRefusal(save({ start: 1 }), /"a\.weight": float32 \[2, 3\] from element 1 lies outside/))
  test('before its storage', () =>
    expectRefusal(save({ start: -1 }), /something that is no storage, offset, size and stride/))
  test('of negative size', () =>
    expectRefusal(save({ shape: [-2, -3], stride: [3, 1] }), /no storage, offset, size and stride/))
  test('whose size overflows', () =>
    expectRefusal(
      save({ shape: Array.from({ length: 40 }, () => 2 ** 30), stride: Array.from({ length: 40 }, () => 1) }),
      /lies outside of its storage/,
    ))
  test('whose strides are fewer than its sizes', () =>
    expectRefusal(save({ stride: [1] }), /no storage, offset, size and stride/))
  test('whose storage is missing', () => expectRefusal(save({ storage: '../../etc/passwd' }), /is not in the zip file/))
  test('whose storage has another size', () =>
    expectRefusal(save({}, new Uint8Array(20)), /should have 6 elements of float32, it has 20 bytes/))
})

describe('refuses a zip file', () => {
  const good = checkpointParts(
    pickled(dict({ x: tensorPickle({ storage: '0', dtype: 'float32', count: 6, shape: [2, 3] }) })),
    { 0: new Uint8Array(24) },
  )
  const change = (part: Partial<ZipPart>, at = 2) => zipBytes(good.map((p, i) => (i === at ? { ...p, ...part } : p)))

  const cases: [string, Buffer, RegExp][] = [
    [
      'with compressed records',
      change({ method: 8 }),
      /compressed \(method 8\); only stored ones can be used in place/,
    ],
    ['with encrypted records', change({ flags: 1 }), /encrypted/],
    ['with a name that climbs out', change({ name: 'archive/../../x' }), /points outside/],
    ['with an absolute name', change({ name: '/etc/passwd' }), /points outside/],
    ["with a drive's name", change({ name: 'C:evil' }), /points outside/],
    ['with a backslash in a name', change({ name: 'archive\\..\\x' }), /points outside/],
    ['with a name twice', change({ name: 'archive/version' }), /"archive\/version": the zip record stands twice/],
    ['with records that overlap', change({ headerOffset: 0, name: 'archive/data.pkl' }, 3), /overlaps|twice/],
    ['with a record past its end', change({ claimedBytes: 4_000_000 }), /lies outside of the file/],
    [
      "with another name in the record's own header",
      change({ localName: 'archive/data/1' }),
      /another name in its own header/,
    ],
    ['with a pickle that does not match its checksum', change({ crc: 1 }, 0), /does not match its checksum/],
    ['without a pickle', zipBytes(good.slice(1)), /expected one data\.pkl in the zip file, found 0/],
    ['with two pickles', zipBytes([...good, { name: 'other/data.pkl', data: Buffer.alloc(1) }]), /found 2/],
    ['with big-endian tensors', change({ data: Buffer.from('big') }, 1), /expected little-endian tensors, found "big"/],
    ['that is cut off', change({}).subarray(0, -30), /no end record \(truncated\)|records, only/],
    ['that is none', Buffer.from('hello, this is no checkpoint'), /not the zip file that torch\.save writes/],
    ['that is a plain pickle', pickled(dict({})), /a pickle without a zip file around it \(PyTorch before 1\.6\)/],
  ]
  test.each(cases)('%s', (_, content, problem) => expectRefusal(content, problem))
})

test('damaged files never crash the reader, and never give a tensor outside of the file', async () => {
  const whole = torchSave({ 'a.weight': weight, 'b.half': half }, (inner) =>
    dict({ state_dict: inner, epoch: op.int(3) }),
  )
  const path = join(folder, 'damaged.pt')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
      fc.oneof(fc.constant(whole.length), fc.nat(whole.length)),
      async (changes, keep) => {
        const bytes = Buffer.from(whole)
        for (const [at, value] of changes) bytes[at] = value
        await writeFile(path, bytes.subarray(0, keep))
        try {
          const { entries } = await openCheckpoint(path)
          for (const entry of entries.values()) expect(entry.offset + entry.bytes).toBeLessThanOrEqual(keep)
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError)
        }
      },
    ),
    runs(400),
  )
})
