/** Dragging over a number changes it: so many CSS pixels are a step. */
import { useRef } from 'preact/hooks'

const PIXELS_PER_STEP = 6
/** So far a press may wander and still be a click. */
const SLOP = 4

type Press = PointerEvent & { readonly currentTarget: HTMLInputElement }

/**
 * What a field does when it is pressed with a mouse: a click writes in it, a drag steps.
 * @param move told how many steps from the start, while it is dragged @param end told once, when it is let go
 */
export function useScrub(move: (steps: number) => void, end: () => unknown): (event: Press) => void {
  const latest = useRef({ move, end })
  latest.current = { move, end }
  return (event) => {
    const field = event.currentTarget
    if (event.pointerType !== 'mouse' || event.button !== 0 || document.activeElement === field) return
    event.preventDefault() // no caret before it is known to be a click
    const start = event.clientX
    let isDragged = false
    const stop = new AbortController()
    const follow = (next: PointerEvent) => {
      isDragged ||= Math.abs(next.clientX - start) > SLOP
      if (isDragged) latest.current.move(Math.round((next.clientX - start) / PIXELS_PER_STEP))
    }
    const release = () => {
      stop.abort()
      if (isDragged) latest.current.end()
      else field.focus()
    }
    addEventListener('pointermove', follow, { signal: stop.signal })
    addEventListener('pointerup', release, { signal: stop.signal })
    addEventListener('pointercancel', release, { signal: stop.signal })
  }
}
