/** What nodes show: pictures, moving previews, a playing video, text. Painted into a node; loaded once. */
import type { NodeMedia } from '../graph/canvas.ts'
import type { Rectangle, Size } from '../graph/scene.ts'
import { FONTS, type Measure } from './measure-text.ts'
import { LINE_HEIGHT, type MediaHeight } from './node-layout.ts'
import type { Palette } from './palette.ts'
import { wrapText } from './text-wrap.ts'
import { tiles } from './tiles.ts'

const MOST = 320
const TEXT_LINES = 12
/** Of pictures that are still being loaded. */
const UNKNOWN: Size = [4, 3]

interface Picture {
  readonly media: NodeMedia
  /** Of one picture, once it is known. */
  size(): Size | undefined
  /** What is to be drawn now. */
  current(): readonly CanvasImageSource[]
  /** Milliseconds after which another picture is due. */
  readonly period?: number
  dispose(): void
}

export class NodePictures {
  readonly #pictures = new Map<string, Picture>()
  readonly #measure: Measure
  readonly #changed: (node: string, isNewSize: boolean) => void
  #timer: ReturnType<typeof setInterval> | undefined
  #isVisible = true

  constructor(measure: Measure, changed: (node: string, isNewSize: boolean) => void) {
    this.#measure = measure
    this.#changed = changed
  }

  set(node: string, media: NodeMedia | undefined): void {
    const before = this.#pictures.get(node)
    if (before?.media === media) return
    this.#pictures.delete(node)
    if (media) this.#pictures.set(node, this.#open(node, media))
    before?.dispose()
    this.#keepTime()
    this.#changed(node, true)
  }

  /** Whether pictures move: not while nobody sees them. */
  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible
    for (const { media, current } of this.#pictures.values()) if (media.kind === 'video') playing(current(), isVisible)
    this.#keepTime()
  }

  heightOf(node: string): MediaHeight | undefined {
    const picture = this.#pictures.get(node)
    if (!picture) return undefined
    const { media } = picture
    if (media.kind === 'text') return (width) => this.#lines(media.text, width).length * LINE_HEIGHT + 8
    return (width) => {
      const [across, down] = picture.size() ?? UNKNOWN
      const rows = media.kind === 'image' ? tiles(media.urls.length, [across, down], [width, MOST]).rows : 1
      const columns = media.kind === 'image' ? tiles(media.urls.length, [across, down], [width, MOST]).columns : 1
      return Math.min(MOST, (width / columns) * (down / across) * rows)
    }
  }

  paint(context: CanvasRenderingContext2D, node: string, area: Rectangle, palette: Palette): void {
    const picture = this.#pictures.get(node)
    if (!picture) return
    if (picture.media.kind === 'text') return this.#paintText(context, picture.media.text, area, palette)
    context.fillStyle = palette.field
    context.fillRect(...area)
    const sources = picture.current()
    const size = picture.size()
    if (!size) return
    const { columns, rows } = tiles(sources.length, size, [area[2], area[3]])
    sources.forEach((source, index) => {
      const [width, height] = [area[2] / columns, area[3] / rows]
      paintInside(context, source, size, [area[0] + (index % columns) * width, area[1] + Math.floor(index / columns) * height, width, height])
    })
  }

  dispose(): void {
    for (const picture of this.#pictures.values()) picture.dispose()
    this.#pictures.clear()
    clearInterval(this.#timer)
  }

  #lines(text: string, width: number): string[] {
    return wrapText(text, width - 8, (line) => this.#measure(line, 'small'), TEXT_LINES)
  }

  #paintText(context: CanvasRenderingContext2D, text: string, [x, y, width, height]: Rectangle, palette: Palette): void {
    context.fillStyle = palette.field
    context.fillRect(x, y, width, height)
    context.fillStyle = palette.text
    context.font = FONTS.small
    context.textAlign = 'left'
    context.textBaseline = 'middle'
    const lines = this.#lines(text, width).slice(0, Math.max(1, Math.floor((height - 8) / LINE_HEIGHT)))
    lines.forEach((line, row) => context.fillText(line, x + 4, y + 4 + (row + 0.5) * LINE_HEIGHT))
  }

  #open(node: string, media: NodeMedia): Picture {
    const changed = (isNewSize: boolean) => this.#changed(node, isNewSize)
    if (media.kind === 'frames') return openFrames(media)
    if (media.kind === 'image') return openImages(media, changed)
    if (media.kind === 'video') return openVideo(media, changed, () => this.#isVisible)
    return { media, size: () => undefined, current: () => [], dispose: () => {} }
  }

  /** One clock for all previews that move. */
  #keepTime(): void {
    clearInterval(this.#timer)
    const periods = [...this.#pictures.values()].flatMap(({ period }) => (period === undefined ? [] : [period]))
    if (periods.length === 0 || !this.#isVisible) return
    this.#timer = setInterval(() => {
      for (const [node, { period }] of this.#pictures) if (period !== undefined) this.#changed(node, false)
    }, Math.max(33, Math.min(...periods)))
  }
}

function openFrames(media: NodeMedia & { readonly kind: 'frames' }): Picture {
  const { frames, fps, width, height } = media
  const period = frames.length > 1 ? 1000 / Math.max(1, fps) : undefined
  return {
    media, size: () => [width, height], dispose: () => {}, // the frames belong to who gave them
    current: () => {
      const frame = frames[period === undefined ? 0 : Math.floor(performance.now() / period) % frames.length]
      return frame && frame.width > 0 ? [frame] : []
    },
    ...(period !== undefined && { period }),
  }
}

function openImages(media: NodeMedia & { readonly kind: 'image' }, changed: (isNewSize: boolean) => void): Picture {
  const images = media.urls.map((url) => {
    const image = new Image()
    image.addEventListener('load', () => changed(true))
    image.src = url
    return image
  })
  const loaded = () => images.filter(({ complete, naturalWidth }) => complete && naturalWidth > 0)
  return {
    media, current: loaded,
    size: () => {
      const [first] = loaded()
      return first && [first.naturalWidth, first.naturalHeight]
    },
    dispose: () => images.forEach((image) => image.removeAttribute('src')),
  }
}

function openVideo(media: NodeMedia & { readonly kind: 'video' }, changed: (isNewSize: boolean) => void, isVisible: () => boolean): Picture {
  const video = document.createElement('video')
  Object.assign(video, { muted: true, loop: true, playsInline: true, src: media.url })
  // Told so: `autoplay` waits until the element is seen, and this one is only ever painted.
  if (isVisible()) play(video)
  let isOpen = true
  const onFrame = () => {
    if (!isOpen) return
    changed(false)
    video.requestVideoFrameCallback(onFrame)
  }
  video.addEventListener('loadedmetadata', () => changed(true))
  video.requestVideoFrameCallback(onFrame)
  return {
    media, current: () => (video.readyState >= 2 ? [video] : []),
    size: () => (video.videoWidth > 0 ? [video.videoWidth, video.videoHeight] : undefined),
    dispose: () => {
      isOpen = false
      video.pause()
      video.removeAttribute('src')
      video.load()
    },
  }
}

function playing(sources: readonly CanvasImageSource[], isVisible: boolean): void {
  for (const source of sources) {
    if (!(source instanceof HTMLVideoElement)) continue
    if (isVisible) play(source)
    else source.pause()
  }
}

function play(video: HTMLVideoElement): void {
  video.play().catch(() => {}) // a browser that forbids it shows the first frame
}

/** As large as fits, in the middle. Small pictures are enlarged with hard edges: each pixel is to be seen. */
function paintInside(context: CanvasRenderingContext2D, source: CanvasImageSource, [across, down]: Size, [x, y, width, height]: Rectangle): void {
  const scale = Math.min(width / across, height / down)
  const [w, h] = [across * scale, down * scale]
  context.imageSmoothingEnabled = scale < 3
  context.drawImage(source, x + (width - w) / 2, y + (height - h) / 2, w, h)
  context.imageSmoothingEnabled = true
}
