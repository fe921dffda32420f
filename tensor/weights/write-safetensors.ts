import type { FileHandle } from 'node:fs/promises'

import { DTYPE_BYTES, elementCount, type DType, type TensorArray, type TensorData } from '../graph/dtype.ts'
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
  path: string,
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const [name, { data, shape }] of tensors) {
    if (data.length !== elementCount(shape)) {
      throw new CheckpointError({
        file: path,
        key: name,
        problem: `[${shape.join(', ')}] has ${elementCount(shape)} elements, ${data.length} were given`,
        remedy: 'Give as many as the shape has.',
      })
    }
  }
  await streamSafetensors(path, tensors, metadata, inOrder(tensors))
}

async function* inOrder(tensors: ReadonlyMap<string, TensorData>): AsyncGenerator<Piece> {
  for (const [name, { data }] of tensors) yield { name, data: bytesOf(data) }
}

/** The next bytes of a tensor. */
export interface Piece {
  readonly name: string
  readonly data: Uint8Array
}

/**
 * The same for tensors that need not be in memory: pieces come in any order of tensors, each tensor's own in order, and
 * must fill every tensor of the plan.
 */
export async function streamSafetensors(
  path: string,
  plan: ReadonlyMap<string, PlannedTensor>,
  metadata: Readonly<Record<string, string>>,
  pieces: AsyncIterable<Piece>,
): Promise<void> {
  const { header, places } = layOut(path, plan, metadata)
  try {
    await writeWhole(path, async (handle) => {
      await writeAll(handle, header, 0)
      await writePieces(handle, path, places, pieces)
    })
  } catch (cause) {
    throw writeFailure(path, cause)
  }
}

/** A system error while `path` was written, as a CheckpointError; other errors as they are. */
export function writeFailure(path: string, cause: unknown): unknown {
  if (cause instanceof CheckpointError || !(cause instanceof Error && 'syscall' in cause)) return cause
  const full = codeOf(cause) === 'ENOSPC'
  return new CheckpointError({
    file: path,
    problem: full ? 'the disk is full' : `can't be written (${codeOf(cause)})`,
    remedy: full ? 'Free some space, or choose another folder.' : 'Check the folder and its permissions.',
    cause,
  })
}

const NAMES: ReadonlyMap<DType, string> = new Map([...SAFETENSORS_DTYPES].map(([name, dtype]) => [dtype, name]))

/** Where a tensor's bytes go in the file. */
interface Place {
  next: number
  readonly end: number
}

/** Header and places: as the format's own writer does, wide types first (so that all are aligned), then by name. */
function layOut(path: string, plan: ReadonlyMap<string, PlannedTensor>, metadata: Readonly<Record<string, string>>) {
  const sized = [...plan].map(([name, tensor]) => ({ name, ...tensor, bytes: sizeOf(path, name, tensor) }))
  const order = sized.sort((a, b) => DTYPE_BYTES[b.dtype] - DTYPE_BYTES[a.dtype] || (a.name < b.name ? -1 : 1))
  let offset = 0
  const tensors = order.map(({ name, dtype, shape, bytes }): [string, unknown] => [
    name,
    { dtype: NAMES.get(dtype), shape, data_offsets: [offset, (offset += bytes)] },
  ])
  const fields: [string, unknown][] = [
    ...(Object.keys(metadata).length ? [['__metadata__', metadata] satisfies [string, unknown]] : []),
    ...tensors,
  ]
  const json = Buffer.from(`{${fields.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(',')}}`)
  const padded = Math.ceil(json.length / 8) * 8
  if (padded > MAX_HEADER_BYTES)
    throw new CheckpointError({
      file: path,
      problem: `the header would take ${padded} bytes`,
      remedy: 'Write fewer tensors.',
    })
  const header = Buffer.alloc(8 + padded, ' ')
  header.writeBigUInt64LE(BigInt(padded))
  json.copy(header, 8)
  let at = header.length
  const places = new Map(order.map(({ name, bytes }): [string, Place] => [name, { next: at, end: (at += bytes) }]))
  return { header, places }
}

function sizeOf(path: string, name: string, { dtype, shape }: PlannedTensor): number {
  const bytes = byteCount(shape, dtype)
  if (bytes !== null && name !== '__metadata__') return bytes
  throw new CheckpointError({
    file: path,
    key: name,
    problem: `can't be written as ${dtype} [${shape.join(', ')}]`,
    remedy: 'Give it another name or shape.',
  })
}

async function writePieces(
  handle: FileHandle,
  path: string,
  places: ReadonlyMap<string, Place>,
  pieces: AsyncIterable<Piece>,
) {
  const remedy = 'Give as many as the shape has.'
  for await (const { name, data } of pieces) {
    const place = places.get(name)
    if (!place || place.next + data.byteLength > place.end) {
      throw new CheckpointError({ file: path, key: name, problem: 'more bytes were given than were announced', remedy })
    }
    await writeAll(handle, data, place.next)
    place.next += data.byteLength
  }
  for (const [key, { next, end }] of places) {
    if (next !== end)
      throw new CheckpointError({ file: path, key, problem: `${end - next} bytes were not given`, remedy })
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    done += (await handle.write(bytes, done, Math.min(bytes.byteLength - done, 2 ** 30), position + done)).bytesWritten
  }
}

/** An array's bytes, without a copy. */
export const bytesOf = (data: TensorArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
