/**
 * What nodes took on this machine, in a file that grows line by line: a line holds a node's type, hashes of what makes
 * its cost, and seconds; nothing of prompts or values. Several processes may write at once: what a run adds goes out in one
 * piece, and the file is only ever replaced whole. Lines that can't be read are passed over; the next run removes them.
 */
import { appendFile, mkdir, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { byType } from '../core/index.ts'
import type { Measurement, Measurements } from '../core/index.ts'
import { writeWhole } from '../tensor/index.ts'

/** From here on the file is shortened. */
const MOST_BYTES = 512 * 1024
/** A larger file is none of ours, and not read. */
const MOST_READ = 4 * MOST_BYTES
/** What a shortened file keeps: the latest lines, and of equal work the latest few. */
const MOST_LINES = 1500
const MOST_EQUAL = 5
/** One of our lines is far shorter. */
const MOST_LINE = 1000

/** What nodes took on a device. */
export async function readTimes(file: string, device: string): Promise<Measurements> {
  const { lines } = await read(file)
  return byType(lines.filter((line) => line.device === device))
}

/** Seconds between two writes: of many short runs, what they measured goes out together. */
const PAUSE = 5
/** What waits in memory at most; the latest stay. */
const MOST_WAITING = 5 * MOST_LINES

/** Measurements of a process on their way to a file: those of a first run at once, those of the next ones now and then. */
export class TimesWriter {
  readonly #file: string
  #waiting: Line[] = []
  #isPaused = false
  #writing: Promise<void> = Promise.resolve()

  constructor(file: string) {
    this.#file = file
  }

  /** Adds what nodes of a run took; resolves when it is written or waits for others. Trouble with the file is none of the run's. */
  async keep(device: string, measured: readonly Measurement[]): Promise<void> {
    if (measured.length === 0) return
    for (const one of measured) this.#waiting.push({ ...one, device })
    if (this.#waiting.length > 2 * MOST_WAITING) this.#waiting = this.#waiting.slice(-MOST_WAITING)
    if (this.#isPaused) return
    this.#isPaused = true
    setTimeout(() => {
      this.#isPaused = false
      void this.flush()
    }, PAUSE * 1000).unref()
    await this.flush()
  }

  /** What nodes took on a device, as far as it is known to anybody. */
  async read(device: string): Promise<Measurements> {
    await this.flush()
    return readTimes(this.#file, device)
  }

  /** Writes what waits. */
  flush(): Promise<void> {
    const lines = this.#waiting
    this.#waiting = []
    if (lines.length > 0) this.#writing = this.#writing.then(() => append(this.#file, lines))
    return this.#writing
  }
}

/** Adds what nodes of a run took. Trouble with the file is none of the run's. */
export async function keepTimes(file: string, device: string, measured: readonly Measurement[]): Promise<void> {
  if (measured.length > 0) await append(file, measured.map((one): Line => ({ ...one, device })))
}

async function append(file: string, fresh: readonly Line[]): Promise<void> {
  try {
    const { lines, isSound, bytes } = await read(file)
    const text = textOf(fresh)
    if (isSound && bytes + text.length <= MOST_BYTES) {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await appendFile(file, text, { mode: 0o600 })
    } else {
      const kept = textOf(shortened([...lines, ...fresh]))
      await writeWhole(file, async (handle) => { await handle.writeFile(kept) })
    }
  } catch {
    // A full or read-only disk: the next plan knows less.
  }
}

interface Line extends Measurement {
  readonly device: string
}

interface Found {
  readonly lines: readonly Line[]
  /** Whether every line could be read. */
  readonly isSound: boolean
  readonly bytes: number
}

async function read(file: string): Promise<Found> {
  const info = await stat(file).catch(() => undefined)
  if (info === undefined) return { lines: [], isSound: true, bytes: 0 }
  if (!info.isFile() || info.size > MOST_READ) return { lines: [], isSound: false, bytes: info.size }
  const text = await readFile(file, 'utf8').catch(() => '')
  const parsed = text.split('\n').filter((line) => line !== '').map(parseLine)
  const lines = parsed.filter((line) => line !== undefined)
  return { lines, isSound: lines.length === parsed.length && (text === '' || text.endsWith('\n')), bytes: text.length }
}

function parseLine(text: string): Line | undefined {
  if (text.length > MOST_LINE) return undefined
  try {
    const line: unknown = JSON.parse(text)
    return isLine(line) ? line : undefined
  } catch {
    return undefined
  }
}

function isLine(line: unknown): line is Line {
  if (typeof line !== 'object' || line === null) return false
  // The fields of any object, looked at one by one.
  const { type, version, size, numbers, cost, seconds, device } = line as Partial<Record<keyof Line, unknown>>
  const isNamed = [type, size, device, numbers ?? ''].every((text) => typeof text === 'string')
  return isNamed && typeof version === 'number' && isAmount(seconds) && (cost === undefined || (isAmount(cost) && cost > 0))
}

const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0

function shortened(lines: readonly Line[]): Line[] {
  const counts = new Map<string, number>()
  const kept: Line[] = []
  for (const line of lines.toReversed()) {
    const work = `${line.device} ${line.type} ${line.version} ${line.size}`
    const count = (counts.get(work) ?? 0) + 1
    counts.set(work, count)
    if (count <= MOST_EQUAL) kept.push(line)
    if (kept.length === MOST_LINES) break
  }
  return kept.reverse()
}

const textOf = (lines: readonly Line[]): string =>
  lines.map((line) => JSON.stringify(line)).filter((text) => text.length <= MOST_LINE).map((text) => `${text}\n`).join('')
