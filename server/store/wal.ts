/**
 * SQLite's write-ahead log, as far as it must be read to say whether its end was cut off. SQLite itself goes on from the
 * last whole commit without a word. Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
import { closeSync, openSync, readFileSync } from 'node:fs'

const HEADER = 32
const FRAME_HEADER = 24
const MAGIC = 0x377f0682

/** What of a log is lost. */
export interface CutOff {
  /** Bytes of this life of the log after its last whole commit. */
  readonly bytes: number
  /** Whole commits before. */
  readonly commits: number
}

/** What of the log can't be read any more; undefined when there is none, or it ends with a whole commit. */
export function cutOff(path: string): CutOff | undefined {
  const log = readLog(path)
  if (log === undefined || log.length === 0) return undefined
  if (log.length < HEADER) return { bytes: log.length, commits: 0 }
  return scan(log)
}

function readLog(path: string): Buffer | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined // none, or unreadable: then SQLite says so
  }
  try {
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

function scan(log: Buffer): CutOff | undefined {
  const magic = log.readUInt32BE(0)
  const size = log.readUInt32BE(8)
  if ((magic & ~1) !== MAGIC || size < 512 || size > 65_536) return { bytes: log.length, commits: 0 }
  const frame = FRAME_HEADER + size
  const words = { log, bigEndian: (magic & 1) === 1 }
  let sum = checksum(words, 0, 24, [0, 0])
  if (!isSum(log, 24, sum)) return { bytes: log.length, commits: 0 }
  let commits = 0
  let whole = HEADER
  let at = HEADER
  for (; at + frame <= log.length && hasSalt(log, at); at += frame) {
    sum = checksum(words, at + FRAME_HEADER, size, checksum(words, at, 8, sum))
    if (!isSum(log, at + 16, sum)) break
    if (log.readUInt32BE(at + 4) === 0) continue
    commits++
    whole = at + frame
  }
  const end = endOfThisLife(log, at, frame)
  return end > whole ? { bytes: end - whole, commits } : undefined
}

/** Behind the newest frames may lie older ones, of a life before the log was begun again: their salt is another. */
function endOfThisLife(log: Buffer, from: number, frame: number): number {
  let at = from
  while (at + 16 <= log.length && (hasSalt(log, at) || isZero(log, at))) at += frame
  const isCutInHeader = at < log.length && at + 16 > log.length
  return isCutInHeader ? log.length : Math.min(at, log.length)
}

const hasSalt = (log: Buffer, at: number): boolean => log.compare(log, 16, 24, at + 8, at + 16) === 0
const isZero = (log: Buffer, at: number): boolean => log.subarray(at, at + 16).every((byte) => byte === 0)

type Sum = readonly [number, number]
const isSum = (log: Buffer, at: number, [a, b]: Sum): boolean => log.readUInt32BE(at) === a && log.readUInt32BE(at + 4) === b

function checksum({ log, bigEndian }: { log: Buffer; bigEndian: boolean }, from: number, length: number, [a, b]: Sum): Sum {
  const view = new DataView(log.buffer, log.byteOffset + from, length)
  for (let at = 0; at < length; at += 8) {
    a = (a + view.getUint32(at, !bigEndian) + b) >>> 0
    b = (b + view.getUint32(at + 4, !bigEndian) + a) >>> 0
  }
  return [a, b]
}
