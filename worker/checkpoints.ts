/** Checkpoints of one run: a file for each node that saves its state, named by the key of the node's result. */
import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { NO_CHECKPOINT } from '../core/types/checkpoint.ts'
import type { CheckpointKeeper, CheckpointOwner, OpenCheckpoint } from '../core/types/checkpoint.ts'
import { writeWhole } from '../tensor/index.ts'
import { failpoint } from './failpoint.ts'
import type { CheckpointSettings } from './protocol-files.ts'

const FORMAT = 1
/** The head is one line of JSON; no longer one is ours. */
const MOST_HEAD = 4096
/** A larger file is none of ours, in bytes: several states of the largest latent. */
const MOST_BYTES = 32 * 2 ** 30

/** What stands before a state. */
interface Head {
  readonly kinograph: typeof FORMAT
  /** The engine that wrote it: another may lay out states differently. */
  readonly engine: string
  readonly key: string
  readonly bytes: number
  readonly sha256: string
}

export class Checkpoints implements CheckpointKeeper {
  readonly #settings: CheckpointSettings | undefined
  readonly #engine: () => string
  readonly #stop: () => void
  readonly #open = new Set<NodeCheckpoint>()
  readonly #opened: NodeCheckpoint[] = []
  #isSuspended = false

  /**
   * @param engine which engine this is, asked when it first matters
   * @param stop ends the run: called when it is suspended and everything is saved
   */
  constructor(settings: CheckpointSettings | undefined, engine: () => string, stop: () => void) {
    this.#settings = settings
    this.#engine = engine
    this.#stop = stop
  }

  open(owner: CheckpointOwner): OpenCheckpoint {
    if (this.#settings === undefined) return NO_CHECKPOINT
    const file = join(this.#settings.folder, `${owner.key}.ckpt`)
    const checkpoint = new NodeCheckpoint(file, owner, this.#settings, this.#engine, {
      isSuspended: () => this.#isSuspended,
      saved: () => this.#leave(checkpoint),
      closed: () => this.#leave(checkpoint),
    })
    this.#open.add(checkpoint)
    this.#opened.push(checkpoint)
    return checkpoint
  }

  /** Every node that can saves as soon as it may, and the run stops when all have. */
  suspend(): void {
    this.#isSuspended = true
    if (this.#open.size === 0) this.#stop()
  }

  /** Waits until what is being written is there. Of a run that is done, what was saved is removed. */
  async end(isDone: boolean): Promise<void> {
    if (this.#opened.length === 0) return
    await Promise.all(this.#opened.map((checkpoint) => checkpoint.settled()))
    if (isDone) await Promise.all(this.#opened.map(({ file }) => rm(file, { force: true }).catch(() => {})))
  }

  #leave(checkpoint: NodeCheckpoint): void {
    this.#open.delete(checkpoint)
    if (this.#isSuspended && this.#open.size === 0) this.#stop()
  }
}

/** What a checkpoint asks of its run, and tells it. */
interface Run {
  isSuspended(): boolean
  /** On the disk, while the run is suspended. */
  saved(): void
  closed(): void
}

class NodeCheckpoint implements OpenCheckpoint {
  readonly file: string
  readonly #owner: CheckpointOwner
  readonly #settings: CheckpointSettings
  readonly #engine: () => string
  readonly #run: Run
  #lastStep: number | undefined
  #lastTime = performance.now()
  #writing: Promise<void> | undefined
  #hasWarned = false

  constructor(file: string, owner: CheckpointOwner, settings: CheckpointSettings, engine: () => string, run: Run) {
    this.file = file
    this.#owner = owner
    this.#settings = settings
    this.#engine = engine
    this.#run = run
  }

  async load(): Promise<Uint8Array | undefined> {
    try {
      return await readState(this.file, this.#owner.key, this.#engine())
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#owner.warn(`What an earlier attempt saved can't be used (${reason}); it starts from the beginning.`)
      return undefined
    }
  }

  due(step: number): boolean {
    failpoint('worker-step')
    this.#lastStep ??= step - 1
    if (this.#run.isSuspended()) return true
    if (this.#writing) return false
    const { steps, seconds } = this.#settings
    if (step - this.#lastStep < steps && performance.now() - this.#lastTime < seconds * 1000) return false
    this.#lastStep = step
    this.#lastTime = performance.now()
    return true
  }

  async save(bytes: () => Uint8Array): Promise<void> {
    const isLast = this.#run.isSuspended()
    if (isLast) await this.#writing
    const writing = this.#write(bytes())
    this.#writing = writing.finally(() => { this.#writing = undefined })
    if (!isLast) return
    await this.#writing
    this.#run.saved()
  }

  close(): void {
    void this.settled().then(() => this.#run.closed())
  }

  /** What is being written is there, or could not be. */
  settled(): Promise<void> {
    return this.#writing ?? Promise.resolve()
  }

  /** A full disk is no failure of the node: it would only have further to go again. */
  async #write(state: Uint8Array): Promise<void> {
    try {
      failpoint('worker-checkpoint-begun')
      await writeState(this.file, this.#owner.key, this.#engine(), state)
      failpoint('checkpoint-written')
    } catch (error) {
      if (!this.#hasWarned) this.#owner.warn(`Its state can't be saved (${error instanceof Error ? error.message : String(error)}); after an interruption it would start from the beginning.`)
      this.#hasWarned = true
    }
  }
}

/** Whole on the disk before it takes the place of the one before. */
async function writeState(file: string, key: string, engine: string, state: Uint8Array): Promise<void> {
  const head: Head = { kinograph: FORMAT, engine, key, bytes: state.byteLength, sha256: sha256(state) }
  await writeWhole(file, async (handle) => {
    await handle.writeFile(`${JSON.stringify(head)}\n`)
    await handle.writeFile(state)
  })
}

/** @throws Error that says why the file can't be used; a file that is not there is none */
async function readState(file: string, key: string, engine: string): Promise<Uint8Array | undefined> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  try {
    if (handle === undefined) return undefined
    const { size } = await handle.stat()
    const start = (await handle.read(Buffer.alloc(MOST_HEAD), 0, MOST_HEAD, 0))
    const line = start.buffer.subarray(0, start.bytesRead).indexOf(10)
    const head = headOf(start.buffer.toString('utf8', 0, Math.max(line, 0)))
    if (head.engine !== engine) throw new Error('another version wrote it')
    if (head.key !== key) throw new Error('it belongs to other work')
    if (size !== line + 1 + head.bytes || size > MOST_BYTES) throw new Error('it is cut off')
    const state = Buffer.alloc(head.bytes)
    await handle.read(state, 0, head.bytes, line + 1)
    if (sha256(state) !== head.sha256) throw new Error('it is damaged')
    return state
  } finally {
    await handle?.close()
  }
}

function headOf(text: string): Head {
  try {
    const head: unknown = JSON.parse(text)
    if (typeof head === 'object' && head !== null && 'kinograph' in head && head.kinograph === FORMAT
      && 'bytes' in head && Number.isSafeInteger(head.bytes)) return head as Head // its other fields are compared, whatever they are
  } catch {
    // said below
  }
  throw new Error('it is no checkpoint of this version')
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
