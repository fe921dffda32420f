/** What samplers are about to make, as a few small JPEG files for the parent: at most one look at a time, and not too often. */
import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodePlace } from '../core/types/node-type.ts'
import { latentColours, latentPictures } from '../diffusion/index.ts'
import type { LatentPictures } from '../diffusion/index.ts'
import type { Previews, SamplerStep } from '../nodes/services.ts'
import type { PreviewSettings, SamplerPreview } from './protocol-files.ts'

/** Pictures of one look. */
const MOST_FRAMES = 8
/** Of the longer side, in pixels; a latent pixel stands for eight at most. */
const MOST_SIDE = 256
const PIXELS_PER_LATENT = 8
/** Frames a second that a video is taken to have: a sampler isn't told. */
const FPS = 8
/** Of the JPEG files. */
const QUALITY = 85

/** For runs that nobody watches. */
export const NO_PREVIEWS: Previews = { show: () => {} }

export class SamplerPreviews implements Previews {
  readonly #settings: PreviewSettings
  readonly #tell: (preview: SamplerPreview) => void
  readonly #last = new Map<string, number>()
  #isBusy = false

  /** @param tell hears of pictures that are there */
  constructor(settings: PreviewSettings, tell: (preview: SamplerPreview) => void) {
    this.#settings = settings
    this.#tell = tell
  }

  show(place: NodePlace, step: SamplerStep): void {
    const last = this.#last.get(place.path) ?? -Infinity
    if (this.#isBusy || performance.now() - last < this.#settings.seconds * 1000) return
    this.#isBusy = true
    this.#last.set(place.path, performance.now())
    void this.#look(place, step).catch(() => {}).finally(() => { this.#isBusy = false }) // a run goes on without being seen
  }

  async #look({ path: node, shown }: NodePlace, { model, step, steps, shape, clean }: SamplerStep): Promise<void> {
    const pictures = latentPictures(clean(), shape, await latentColours(model), MOST_FRAMES)
    const { width, height } = sizeOf(pictures)
    const paths = await this.#write(pictures, width, height)
    const fps = (FPS * pictures.frames.length) / shape[2]
    this.#tell({ node, shown, step, steps, width, height, fps, paths })
  }

  async #write({ width: columns, height: rows, frames }: LatentPictures, width: number, height: number): Promise<string[]> {
    const { default: sharp } = await import('sharp')
    await mkdir(this.#settings.folder, { recursive: true })
    const paths = frames.map(() => join(this.#settings.folder, `${randomUUID()}.jpg`))
    try {
      await Promise.all(frames.map((rgb, i) => sharp(rgb, { raw: { width: columns, height: rows, channels: 3 } })
        .resize(width, height, { kernel: 'cubic' }).jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' }).toFile(paths[i]!)))
    } catch (error) {
      await Promise.all(paths.map((path) => rm(path, { force: true })))
      throw error
    }
    return paths
  }
}

function sizeOf({ width, height }: LatentPictures): { width: number; height: number } {
  const scale = Math.min(PIXELS_PER_LATENT, MOST_SIDE / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
