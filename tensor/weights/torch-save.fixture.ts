/** For tests: writes the bytes that `torch.save` writes, and damaged ones. */
import { crc32 } from 'node:zlib'

import { elementCount, type DType, type TensorData } from '../graph/dtype.ts'
import { bytesOf } from './write-safetensors.ts'

export interface ZipPart {
  readonly name: string
  readonly data: Uint8Array
  /** Written in place of the true values. */
  readonly method?: number
  readonly flags?: number
  readonly claimedBytes?: number
  readonly localName?: string
  readonly headerOffset?: number
  readonly crc?: number
}

/** A zip file of stored records; with `wide` its sizes and offsets are zip64's. */
export function zipBytes(parts: readonly ZipPart[], { wide = false }: { wide?: boolean } = {}): Buffer {
  const pieces: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const part of parts) {
    const header = localHeader(part)
    directory.push(directoryLine(part, part.headerOffset ?? at, wide))
    pieces.push(header, Buffer.from(part.data))
    at += header.length + part.data.length
  }
  const list = Buffer.concat(directory)
  return Buffer.concat([...pieces, list, endRecord(parts.length, list.length, at, wide)])
}

function localHeader({ name, localName = name, data, method = 0, flags = 0 }: ZipPart): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x0403_4b50, 0)
  header.writeUInt16LE(flags, 6)
  header.writeUInt16LE(method, 8)
  header.writeUInt32LE(crc32(data), 14)
  header.writeUInt32LE(data.length, 18)
  header.writeUInt32LE(data.length, 22)
  header.writeUInt16LE(Buffer.byteLength(localName), 26)
  const padding = Buffer.alloc(12, 'FB') // PyTorch pads here, to align the data
  header.writeUInt16LE(padding.length, 28)
  return Buffer.concat([header, Buffer.from(localName), padding])
}

function directoryLine(part: ZipPart, offset: number, wide: boolean): Buffer {
  const { name, data, method = 0, flags = 0, claimedBytes = data.length, crc = crc32(data) } = part
  const extra = wide ? Buffer.alloc(28) : Buffer.alloc(0)
  if (wide) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(24, 2)
    for (const [i, value] of [claimedBytes, claimedBytes, offset].entries())
      extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i)
  }
  const line = Buffer.alloc(46)
  line.writeUInt32LE(0x0201_4b50, 0)
  line.writeUInt16LE(flags, 8)
  line.writeUInt16LE(method, 10)
  line.writeUInt32LE(crc, 16)
  for (const [field, value] of [
    [20, claimedBytes],
    [24, claimedBytes],
    [42, offset],
  ] as const)
    line.writeUInt32LE(wide ? 0xffff_ffff : value, field)
  line.writeUInt16LE(Buffer.byteLength(name), 28)
  line.writeUInt16LE(extra.length, 30)
  return Buffer.concat([line, Buffer.from(name), extra])
}

function endRecord(count: number, bytes: number, offset: number, wide: boolean): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x0605_4b50, 0)
  end.writeUInt16LE(wide ? 0xffff : count, 8)
  end.writeUInt16LE(wide ? 0xffff : count, 10)
  end.writeUInt32LE(wide ? 0xffff_ffff : bytes, 12)
  end.writeUInt32LE(wide ? 0xffff_ffff : offset, 16)
  if (!wide) return end
  const record = Buffer.alloc(56)
  record.writeUInt32LE(0x0606_4b50, 0)
  record.writeBigUInt64LE(44n, 4)
  for (const [field, value] of [
    [24, count],
    [32, count],
    [40, bytes],
    [48, offset],
  ] as const)
    record.writeBigUInt64LE(BigInt(value), field)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x0706_4b50, 0)
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8)
  return Buffer.concat([record, locator, end])
}

/** Opcodes, spelled as CPython's Lib/pickletools.py names them. */
export const op = {
  proto: Buffer.of(0x80, 2),
  stop: Buffer.from('.'),
  mark: Buffer.from('('),
  none: Buffer.from('N'),
  false: Buffer.of(0x89),
  tuple: Buffer.from('t'),
  emptyTuple: Buffer.from(')'),
  emptyDict: Buffer.from('}'),
  setItems: Buffer.from('u'),
  reduce: Buffer.from('R'),
  build: Buffer.from('b'),
  persistentId: Buffer.from('Q'),
  int: (value: number) => {
    const bytes = Buffer.alloc(5, 'J')
    bytes.writeInt32LE(value, 1)
    return bytes
  },
  text: (value: string) => {
    const bytes = Buffer.alloc(5, 'X')
    bytes.writeUInt32LE(Buffer.byteLength(value), 1)
    return Buffer.concat([bytes, Buffer.from(value)])
  },
  global: (module: string, name: string) => Buffer.from(`c${module}\n${name}\n`),
  put: (index: number) => Buffer.of(0x71, index),
  get: (index: number) => Buffer.of(0x68, index),
} as const

export const pickled = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat([op.proto, ...parts, op.stop])
export const tuple = (...items: readonly Uint8Array[]): Buffer => Buffer.concat([op.mark, ...items, op.tuple])
export const dict = (items: Readonly<Record<string, Uint8Array>>): Buffer =>
  Buffer.concat([
    op.emptyDict,
    op.mark,
    ...Object.entries(items).flatMap(([key, value]) => [op.text(key), value]),
    op.setItems,
  ])

const STORAGES: Readonly<Record<DType, string>> = {
  float32: 'FloatStorage',
  float16: 'HalfStorage',
  bfloat16: 'BFloat16Storage',
  float64: 'DoubleStorage',
  int64: 'LongStorage',
  int32: 'IntStorage',
  int8: 'CharStorage',
  uint8: 'ByteStorage',
  bool: 'BoolStorage',
}

export interface View {
  readonly storage: string
  readonly dtype: DType
  /** Elements of the storage. */
  readonly count: number
  readonly shape: readonly number[]
  readonly start?: number
  readonly stride?: readonly number[]
}

/** A tensor as `torch.save` pickles it: a view into the storage `data/<storage>`. */
export function tensorPickle({ storage, dtype, count, shape, start = 0, stride = rowMajor(shape) }: View): Buffer {
  const id = tuple(
    op.text('storage'),
    op.global('torch', STORAGES[dtype]),
    op.text(storage),
    op.text('cpu'),
    op.int(count),
  )
  const hooks = Buffer.concat([op.global('collections', 'OrderedDict'), op.emptyTuple, op.reduce])
  return Buffer.concat([
    op.global('torch._utils', '_rebuild_tensor_v2'),
    tuple(
      Buffer.concat([id, op.persistentId]),
      op.int(start),
      tuple(...shape.map(op.int)),
      tuple(...stride.map(op.int)),
      op.false,
      hooks,
    ),
    op.reduce,
  ])
}

const rowMajor = (shape: readonly number[]): number[] => shape.map((_, axis) => elementCount(shape.slice(axis + 1)))

/** The records of a checkpoint around a pickle. */
export const checkpointParts = (pickle: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}): ZipPart[] => [
  { name: 'archive/data.pkl', data: pickle },
  { name: 'archive/byteorder', data: Buffer.from('little') },
  ...Object.entries(storages).map(([key, data]) => ({ name: `archive/data/${key}`, data })),
  { name: 'archive/version', data: Buffer.from('3\n') },
]

/** What `torch.save({ name: tensor, … })` writes; `around` wraps the pickled dict (in `state_dict`, say). */
export function torchSave(
  tensors: Readonly<Record<string, TensorData>>,
  around: (dict: Buffer) => Buffer = (inner) => inner,
  options: { wide?: boolean } = {},
): Buffer {
  const named = Object.entries(tensors)
  const pickles = named.map(
    ([name, { dtype, shape, data }], i) =>
      [name, tensorPickle({ storage: String(i), dtype, count: data.length, shape })] as const,
  )
  const storages = Object.fromEntries(named.map(([, { data }], i) => [String(i), bytesOf(data)]))
  return zipBytes(checkpointParts(pickled(around(dict(Object.fromEntries(pickles)))), storages), options)
}
