import type { FileHandle } from 'node:fs/promises'

import { elementCount, type DType, type TensorArray, type TensorData } from '../graph/dtype.ts'
import { writeWhole } from './cache-folder.ts'
import { CheckpointError } from './error.ts'
import { codeOf } from './file.ts'
import { byteCount, MAX_HEADER_BYTES, SAFETENSORS_DTYPES } from './safetensors.ts'

/** A tensor that is about to be written. */
export interface PlannedTensor {
  readonly dtype: DType
  readonly shape: readonly number[]
}

/**
 * Writes tensors as a safetensors file, whole or not at all (see `writeWhole`). Throws CheckpointError when a tensor's
 * data does not fit its shape, and when the disk is full.
 */
export async function writeSafetensors(
  path: string, tensors: ReadonlyMap<string, TensorData>, metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const [name, { data, shape }] of tensors) {
    if (data.length !== elementCount(shape)) {
      throw new CheckpointError({ file: path, key: name,
        problem: `[${shape.join(', ')}] has ${elementCount(shape)} elements, ${data.length} were given`,
        remedy: 'Give as many as the shape has.' })
    }
  }
  await streamSafetensors(path, tensors, metadata, async function* (name) {
    yield bytesOf(tensors.get(name)!.data)
  })
}

/**
 * The same for tensors that need not be in memory: `data(name)` gives a tensor's bytes piece by piece, and is called in
 * the order of the file, one tensor after the other.
 */
export async function streamSafetensors(
  path: string, plan: ReadonlyMap<string, PlannedTensor>, metadata: Readonly<Record<string, string>>,
  data: (name: string) => AsyncIterable<Uint8Array>,
): Promise<void> {
  const { header, order } = layOut(path, plan, metadata)
  try {
    await writeWhole(path, async (handle) => {
      await writeAll(handle, header)
      for (const { name, bytes } of order) await writeTensor(handle, path, name, bytes, data(name))
    })
  } catch (cause) {
    if (cause instanceof CheckpointError || !(cause instanceof Error && 'code' in cause)) throw cause
    const full = cause.code === 'ENOSPC'
    throw new CheckpointError({ file: path, problem: full ? 'the disk is full' : `can't be written (${codeOf(cause)})`,
      remedy: full ? 'Free some space, or choose another folder.' : 'Check the folder and its permissions.', cause })
  }
}

const NAMES: ReadonlyMap<DType, string> = new Map([...SAFETENSORS_DTYPES].map(([name, dtype]) => [dtype, name]))

/** Header and order: as the format's own writer does, wide types first (so that all are aligned), then by name. */
function layOut(path: string, plan: ReadonlyMap<string, PlannedTensor>, metadata: Readonly<Record<string, string>>) {
  const sized = [...plan].map(([name, tensor]) => ({ name, ...tensor, bytes: sizeOf(path, name, tensor) }))
  const width = ({ shape, bytes }: { shape: readonly number[]; bytes: number }) => bytes / (elementCount(shape) || 1)
  const order = sized.sort((a, b) => width(b) - width(a) || (a.name < b.name ? -1 : 1))
  let offset = 0
  const tensors = order.map(({ name, dtype, shape, bytes }): [string, unknown] =>
    [name, { dtype: NAMES.get(dtype), shape, data_offsets: [offset, offset += bytes] }])
  const named: [string, unknown][] = Object.keys(metadata).length ? [['__metadata__', metadata]] : []
  const json = Buffer.from(`{${[...named, ...tensors].map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(',')}}`)
  const padded = Math.ceil(json.length / 8) * 8
  if (padded > MAX_HEADER_BYTES) throw new CheckpointError({ file: path, problem: `the header would take ${padded} bytes`, remedy: 'Write fewer tensors.' })
  const header = Buffer.alloc(8 + padded, ' ')
  header.writeBigUInt64LE(BigInt(padded))
  json.copy(header, 8)
  return { header, order }
}

function sizeOf(path: string, name: string, { dtype, shape }: PlannedTensor): number {
  const bytes = byteCount(shape, dtype)
  if (bytes !== null && name !== '__metadata__') return bytes
  throw new CheckpointError({ file: path, key: name, problem: `can't be written as ${dtype} [${shape.join(', ')}]`, remedy: 'Give it another name or shape.' })
}

async function writeTensor(handle: FileHandle, path: string, key: string, bytes: number, pieces: AsyncIterable<Uint8Array>) {
  let written = 0
  for await (const piece of pieces) {
    await writeAll(handle, piece)
    written += piece.byteLength
  }
  if (written !== bytes) {
    throw new CheckpointError({ file: path, key, problem: `${bytes} bytes were announced, ${written} were given`, remedy: 'Give as many as the shape has.' })
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    done += (await handle.write(bytes, done, Math.min(bytes.byteLength - done, 2 ** 30))).bytesWritten
  }
}

/** An array's bytes, without a copy. */
export const bytesOf = (data: TensorArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
