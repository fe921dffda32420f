import type { ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Session } from '../app/session.ts'
import type { Point } from '../graph/scene.ts'
import type { Theme } from '../theme/shown-theme.ts'
import { Hint } from './hint.tsx'
import { Lazy } from './lazy.tsx'
import type { OverCanvas } from './over-canvas.ts'
import { placeInside } from './place.ts'

interface CanvasOverlaysProps {
  readonly session: Session
  readonly over: OverCanvas
  readonly theme: ReadonlySignal<Theme>
}

const loadValueOver = () => import('./value-over.tsx')
const loadMinimap = () => import('./minimap.tsx')

/** What lies over the canvas at this moment. */
export function CanvasOverlays({ session, over, theme }: CanvasOverlaysProps) {
  const editing = session.editing.value
  const hint = over.hint.value
  const refusal = over.refusal.value
  const canvas = session.canvas.value
  return (
    <>
      {canvas !== undefined && session.settings.value.minimap && <Lazy load={loadMinimap} props={{ session, canvas, theme }} quiet />}
      {canvas !== undefined && editing !== undefined && (
        <Lazy key={`${editing.document.id} ${editing.node} ${editing.input}`} load={loadValueOver} props={{ session, canvas, editing }} quiet />
      )}
      {refusal !== undefined && <Beside client={refusal.client}><p class="refusal" role="alert">{refusal.reason}</p></Beside>}
      {refusal === undefined && editing === undefined && hint !== undefined && <Beside client={hint.client}><Hint session={session} target={hint.target} /></Beside>}
    </>
  )
}

/** Near the pointer, out of its way, inside the window. */
function Beside({ client: [x, y], children }: { readonly client: Point; readonly children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = box.current!
    const [left, top] = placeInside([x + 4, y - 10, 10, 30], [element.offsetWidth, element.offsetHeight], [innerWidth, innerHeight], 'at')
    Object.assign(element.style, { left: `${left}px`, top: `${top}px` })
  })
  return <div ref={box} class="beside-pointer">{children}</div>
}
