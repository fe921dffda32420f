/** Pictures of running samplers, decoded; only the newest of each is held, and those that were replaced are closed. */
import type { Preview } from '../../server/client/index.ts'
import type { NodeMedia } from '../graph/canvas.ts'
import type { ShownPreview } from './job-view.ts'

/** Makes a picture of the bytes of a JPEG file. */
export type Decode = (bytes: Uint8Array) => Promise<ImageBitmap>

/** Milliseconds until pictures are closed that something may just be drawing. */
const GRACE = 2000

/** Decodes in the background, as browsers do. */
export const decodeJpeg: Decode = (bytes) => createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }))

interface Held extends ShownPreview {
  /** In which order it came: decoding may overtake. */
  readonly turn: number
}

export class PreviewShelf {
  readonly #decode: Decode
  readonly #changed: (job: string) => void
  readonly #byJob = new Map<string, Map<string, Held>>()
  #turn = 0

  /** @param changed hears of pictures that can be shown now */
  constructor(decode: Decode, changed: (job: string) => void) {
    this.#decode = decode
    this.#changed = changed
  }

  of(job: string): Iterable<ShownPreview> {
    return this.#byJob.get(job)?.values() ?? []
  }

  async take({ job, node, shown, frames: files, fps, width, height }: Preview): Promise<void> {
    const nodes = this.#byJob.get(job) ?? new Map<string, Held>()
    this.#byJob.set(job, nodes)
    const turn = ++this.#turn
    const frames = await Promise.all(files.map(this.#decode)).catch(() => undefined) // a picture that can't be read is none
    if (frames === undefined) return
    const before = nodes.get(node)
    if (this.#byJob.get(job) !== nodes || (before && before.turn > turn)) return close(frames)
    const media: NodeMedia = { kind: 'frames', frames, fps, width, height }
    nodes.set(node, { node, shown, media, turn })
    if (before) closeLater(before.media)
    this.#changed(job)
  }

  /** Lets the pictures of a job go; they are closed a little later. Gives whether there were any. */
  drop(job: string): boolean {
    for (const { media } of this.#byJob.get(job)?.values() ?? []) closeLater(media)
    return this.#byJob.delete(job)
  }

  clear(): void {
    for (const job of this.#byJob.keys()) this.drop(job)
  }
}

function closeLater(media: NodeMedia): void {
  if (media.kind === 'frames') setTimeout(() => close(media.frames), GRACE)
}

function close(frames: readonly ImageBitmap[]): void {
  for (const frame of frames) frame.close()
}
