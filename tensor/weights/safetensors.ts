import { DTYPE_BYTES, type DType } from '../graph/dtype.ts'
import type { TensorEntry } from '../graph/entry.ts'
import type { Fail } from './error.ts'
import { withFile, type WeightsFile } from './file.ts'
import { isRecord, JsonRefusal, parseStrictJson } from './strict-json.ts'

/** Element types by their safetensors names. */
export const SAFETENSORS_DTYPES: ReadonlyMap<string, DType> = new Map([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
])

/** Largest header that the format's own reader accepts (safetensors: src/tensor.rs). */
export const MAX_HEADER_BYTES = 100_000_000

/** What a weights file holds. */
export interface WeightsIndex {
  readonly entries: ReadonlyMap<string, TensorEntry>
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Reads the index of a safetensors file: u64 length, JSON header, data. As strict as the format: the tensors must fill
 * the data without gap or overlap, and bytes must equal shape × element size. Throws CheckpointError.
 */
export const readSafetensors = (path: string): Promise<WeightsIndex> =>
  withFile(path, 'Download or copy the file again.', async (file) => {
    const { header, dataStart } = await readHeader(file)
    const entries = new Map<string, TensorEntry>()
    for (const [name, info] of Object.entries(header)) {
      if (name !== '__metadata__') entries.set(name, parseTensor(file, dataStart, name, info))
    }
    checkLayout(file, dataStart, entries)
    return { entries, metadata: parseMetadata(header['__metadata__'], file.fail) }
  })

async function readHeader(file: WeightsFile) {
  if (file.size < 8) throw file.fail(`a safetensors file has 8 bytes or more, this one ${file.size} (truncated)`)
  const length = (await file.read(0, 8)).readBigUInt64LE()
  if (length > MAX_HEADER_BYTES) {
    throw file.fail(`the header may have at most ${MAX_HEADER_BYTES} bytes, it claims ${length}`, {
      remedy: 'Check that this is a safetensors file.',
    })
  }
  const dataStart = 8 + Number(length)
  if (dataStart > file.size) {
    throw file.fail(`the header claims to end at byte ${dataStart}, the file at ${file.size} (truncated)`)
  }
  return { header: parseHeader(await file.read(8, Number(length)), file.fail), dataStart }
}

function parseHeader(bytes: Buffer, fail: Fail): Readonly<Record<string, unknown>> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const header = parseStrictJson(text, 3) // { tensor: { shape: [ … ] } }
    if (isRecord(header)) return header
  } catch (cause) {
    if (cause instanceof JsonRefusal) throw fail(`the header is refused: ${cause.message}`, { cause })
    throw fail('the header is not JSON in UTF-8', { cause })
  }
  throw fail('the header is not a JSON object')
}

function parseTensor(file: WeightsFile, dataStart: number, name: string, info: unknown): TensorEntry {
  const refuse = (problem: string) => file.fail(problem, { key: name })
  if (!isRecord(info)) throw refuse('expected an object with dtype, shape and data_offsets')
  const dtype = SAFETENSORS_DTYPES.get(String(info['dtype']))
  if (!dtype) {
    throw refuse(
      `expected a dtype of ${[...SAFETENSORS_DTYPES.keys()].join(', ')}, found ${JSON.stringify(info['dtype'])}`,
    )
  }
  const shape = info['shape']
  if (!isSizes(shape)) throw refuse('expected a shape of whole numbers from 0')
  const offsets = info['data_offsets']
  if (!isSizes(offsets) || offsets.length !== 2) throw refuse('expected data_offsets of two whole numbers from 0')
  const [begin = 0, end = 0] = offsets
  if (begin > end || dataStart + end > file.size) {
    throw refuse(`its bytes ${begin} to ${end} lie outside of the data, which has ${file.size - dataStart} bytes`)
  }
  const bytes = byteCount(shape, dtype)
  if (bytes !== end - begin) {
    throw refuse(
      `${dtype} [${shape.join(', ')}] takes ${bytes ?? 'more bytes than can be counted'}` +
        `${bytes === null ? '' : ' bytes'}, its data_offsets hold ${end - begin}`,
    )
  }
  return { name, dtype, shape, file: file.path, offset: dataStart + begin, bytes }
}

/** Bytes of a tensor; null where the number can't be counted exactly. */
export function byteCount(shape: readonly number[], dtype: DType): number | null {
  if (shape.includes(0)) return 0
  const bytes = shape.reduce((n, d) => n * d, DTYPE_BYTES[dtype])
  return Number.isSafeInteger(bytes) ? bytes : null
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((d) => Number.isSafeInteger(d) && d >= 0)

function checkLayout(file: WeightsFile, dataStart: number, entries: ReadonlyMap<string, TensorEntry>): void {
  let end = dataStart
  for (const entry of [...entries.values()].sort((a, b) => a.offset - b.offset || a.bytes - b.bytes)) {
    if (entry.offset !== end) {
      const what = entry.offset < end ? 'overlaps the tensor before it' : 'leaves a gap after the tensor before it'
      throw file.fail(`${what}: expected its data at ${end - dataStart}, found ${entry.offset - dataStart}`, {
        key: entry.name,
      })
    }
    end += entry.bytes
  }
  if (end !== file.size) throw file.fail(`${file.size - end} bytes after the last tensor belong to no tensor`)
}

function parseMetadata(value: unknown, fail: Fail): Readonly<Record<string, string>> {
  if (value === undefined) return {}
  if (!isRecord(value)) throw fail('expected an object of texts', { key: '__metadata__' })
  const texts: Record<string, string> = Object.create(null) // no prototype: `__proto__` is a key like any other
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string')
      throw fail(`expected a text under "${key}", found ${typeof text}`, { key: '__metadata__' })
    texts[key] = text
  }
  return texts
}
