import { useEffect, useRef } from 'preact/hooks'
import type { NodeMedia } from '../graph/canvas.ts'
import { t } from '../i18n/index.ts'

interface PreviewFramesProps {
  readonly media: NodeMedia
}

/** Pictures of a running sampler, played as the clip that they will be. */
export function PreviewFrames({ media }: PreviewFramesProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (media.kind !== 'frames' || media.frames.length === 0) return
    const { frames, fps } = media
    const context = canvas.current?.getContext('2d')
    let shown = -1
    let request = 0
    const draw = (time: number) => {
      const index = Math.floor((time / 1000) * fps) % frames.length
      if (index !== shown) context?.drawImage(frames[index]!, 0, 0, media.width, media.height)
      shown = index
      request = requestAnimationFrame(draw)
    }
    request = requestAnimationFrame(draw)
    return () => cancelAnimationFrame(request)
  }, [media])
  if (media.kind !== 'frames') return null
  return <canvas ref={canvas} class="form-preview" width={media.width} height={media.height} role="img" aria-label={t('form.preview')} />
}
