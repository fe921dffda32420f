import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { placeInside } from '../shell/place.ts'

interface PopupProps {
  readonly leave: () => void
  readonly children: ComponentChildren
}

/** Hangs from the element it stands in, inside the window; pressing elsewhere leaves it. The focus goes back to where it was. */
export function Popup({ leave, children }: PopupProps) {
  const box = useRef<HTMLDivElement>(null)
  const latest = useRef(leave)
  latest.current = leave
  useLayoutEffect(() => {
    const element = box.current!
    const before = document.activeElement
    const place = () => {
      const { left, top, width, height } = element.parentElement!.getBoundingClientRect()
      element.style.minWidth = `${Math.min(width, innerWidth - 16)}px`
      const [x, y] = placeInside([left, top, width, height], [element.offsetWidth, element.offsetHeight], [innerWidth, innerHeight], 'at')
      Object.assign(element.style, { left: `${x}px`, top: `${y}px` })
    }
    place()
    const sizes = new ResizeObserver(place)
    sizes.observe(element)
    return () => {
      sizes.disconnect()
      if (element.contains(document.activeElement) && before instanceof HTMLElement) before.focus({ preventScroll: true })
    }
  }, [])
  useEffect(() => {
    const press = (event: Event) => {
      if (!box.current?.parentElement?.contains(event.target as Node)) latest.current()
    }
    addEventListener('pointerdown', press, true)
    return () => removeEventListener('pointerdown', press, true)
  }, [])
  const onFocusOut = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget instanceof Node && !box.current?.parentElement?.contains(relatedTarget)) leave()
  }
  return <div ref={box} class="value-popup" onFocusOut={onFocusOut}>{children}</div>
}
