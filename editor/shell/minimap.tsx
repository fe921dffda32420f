import { effect, type ReadonlySignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Session } from '../app/session.ts'
import type { GraphCanvas } from '../graph/canvas.ts'
import type { Rectangle, Size } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import type { Theme } from '../theme/shown-theme.ts'
import { frameOf, fromMap, onMap, seenArea, viewAround, type MapFrame } from './minimap-geometry.ts'
import './minimap.css'

interface MinimapProps {
  readonly session: Session
  readonly canvas: GraphCanvas
  readonly theme: ReadonlySignal<Theme>
}

const SIZE: Size = [196, 132]
/** How far the arrows move what is seen, as a share of it. */
const KEY_STEP = 0.2

/** The whole graph in a corner, and the part of it that is seen: pressed or dragged, the canvas goes there. */
export default function Minimap({ session, canvas, theme }: MinimapProps) {
  const element = useRef<HTMLCanvasElement>(null)
  const frame = useRef<MapFrame>(undefined)
  useEffect(() => {
    let request = 0
    // Gone from the page, it may still be told to draw until this effect ends.
    const draw = () => { if (element.current) frame.current = drawMap(element.current, session, canvas) }
    const stop = effect(() => {
      const document = session.document.value
      // What the drawing reads, or what the canvas draws of it.
      void [document.scene.value, document.view.value, session.runs.picture(document).value.activity, theme.value]
      cancelAnimationFrame(request)
      request = requestAnimationFrame(draw)
    })
    return () => {
      stop()
      cancelAnimationFrame(request)
    }
  }, [session, canvas])
  const go = (event: PointerEvent & { readonly currentTarget: HTMLCanvasElement }) => {
    if (frame.current === undefined || event.buttons === 0) return
    const { left, top } = event.currentTarget.getBoundingClientRect()
    look(session, canvas, fromMap(frame.current, [event.clientX - left, event.clientY - top]))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
    if (step === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const [x, y, width, height] = seenArea(canvas.view, extent(canvas))
    look(session, canvas, [x + width * (0.5 + step[0]! * KEY_STEP), y + height * (0.5 + step[1]! * KEY_STEP)])
  }
  return (
    <canvas ref={element} class="minimap" width={SIZE[0]} height={SIZE[1]} tabIndex={0} role="application" aria-label={t('app.minimap')} onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        go(event)
      }} onPointerMove={go} />
  )
}

function look(session: Session, canvas: GraphCanvas, point: readonly [number, number]): void {
  const view = viewAround(point, canvas.view.scale, extent(canvas))
  canvas.setView(view)
  session.document.peek().view.value = view
}

function extent(canvas: GraphCanvas): Size {
  const [, , width, height] = canvas.place({ kind: 'canvas' }) ?? [0, 0, innerWidth, innerHeight]
  return [width, height]
}

function drawMap(element: HTMLCanvasElement, session: Session, canvas: GraphCanvas): MapFrame {
  const ratio = devicePixelRatio
  const [width, height] = SIZE
  Object.assign(element, { width: width * ratio, height: height * ratio })
  const pen = element.getContext('2d')!
  pen.scale(ratio, ratio)
  const styles = getComputedStyle(element)
  const color = (name: string) => styles.getPropertyValue(name)
  const { nodes, groups } = session.document.peek().scene.peek()
  const { activity } = session.runs.picture(session.document.peek()).peek()
  const bounds = canvas.bounds()
  const seen = seenArea(canvas.view, extent(canvas))
  const frame = frameOf([seen, ...bounds.values(), ...groups.map((group) => group.bounds)], SIZE)
  const fill = (area: Rectangle, style: string) => {
    pen.fillStyle = style
    const [x, y, wide, high] = onMap(frame, area)
    pen.fillRect(x, y, Math.max(2, wide), Math.max(2, high))
  }
  pen.globalAlpha = 0.35
  for (const group of groups) fill(group.bounds, group.color ?? color('--border-strong'))
  pen.globalAlpha = 1
  for (const node of nodes) {
    const area = bounds.get(node.id)
    if (area !== undefined) fill(area, nodeColor(node.problems.length > 0, activity.get(node.id)?.state, node.color, color))
  }
  pen.strokeStyle = color('--accent-text')
  pen.lineWidth = 1.5
  pen.strokeRect(...onMap(frame, seen))
  return frame
}

function nodeColor(isWrong: boolean, state: string | undefined, own: string | undefined, color: (name: string) => string): string {
  if (isWrong || state === 'failed') return color('--danger-text')
  if (state === 'running') return color('--accent-text')
  return own ?? color('--border-strong')
}
