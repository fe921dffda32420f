import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Json } from '../../core/types/json.ts'
import type { EditedValue, Session } from '../app/session.ts'
import type { GraphCanvas } from '../graph/canvas.ts'
import type { Rectangle } from '../graph/scene.ts'
import type { Widget } from '../widgets/widget.ts'
import { ValueEditor } from '../widgets/value-editor.tsx'
import { editOrTell } from './canvas-listener.ts'
import { lastSeed } from './last-seed.ts'
import './value-over.css'

interface ValueOverProps {
  readonly session: Session
  readonly canvas: GraphCanvas
  readonly editing: EditedValue
}

/** What is drawn smaller than this is still written this large. */
const MIN_TEXT = 12
const TEXT = 13
const SHORT_WIDTH = 120
const [LONG_WIDTH, LONG_HEIGHT] = [240, 96]

/** An editor exactly over the widget that was clicked, wherever the canvas is moved to. */
export default function ValueOver({ session, canvas, editing }: ValueOverProps) {
  const { document, node, input } = editing
  const frame = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState<Rectangle>()
  const view = document.view.value
  const shown = document.scene.value.nodes.find(({ id }) => id === node)?.inputs.find(({ name }) => name === input)
  const leave = () => {
    if (session.editing.peek() !== editing) return
    const hadFocus = frame.current?.contains(globalThis.document.activeElement) ?? false
    session.editing.value = undefined
    if (hadFocus) canvasElement()?.focus({ preventScroll: true })
  }
  useLayoutEffect(() => setPlace(canvas.place({ kind: 'widget', id: node, input })), [view, shown])
  const isGone = shown?.widget === undefined || session.document.value !== document
  useLayoutEffect(() => { if (isGone) leave() }, [isGone])
  if (shown?.widget === undefined || place === undefined) return null
  const [left, top, width, height] = place
  const fontSize = Math.max(MIN_TEXT, TEXT * (view?.scale ?? 1))
  const isLong = shown.widget.kind === 'json' || (shown.widget.kind === 'text' && shown.widget.multiline)
  const [leastWidth, leastHeight] = isLong ? [LONG_WIDTH, LONG_HEIGHT] : [SHORT_WIDTH, fontSize * 1.8]
  const isList = hasList(shown.widget)
  const style = { left: `${left}px`, top: `${top}px`, ...(isList ? { width: `${width}px`, height: `${height}px` } : { width: `${Math.max(width, leastWidth)}px`, minHeight: `${Math.max(height, leastHeight)}px` }), fontSize: `${fontSize}px` }
  const commit = (value: Json) => editOrTell(session, [{ type: 'set', node, input, value }], document)
  return (
    <div ref={frame} class="value-over" data-kind={shown.widget.kind} data-list={isList} style={style} onPointerDown={(event) => event.stopPropagation()}>
      <ValueEditor session={session} widget={shown.widget} label={shown.label} value={shown.value} look="over"
        lastSeed={lastSeed(session, document, node, input)} commit={commit} leave={leave} />
    </div>
  )
}

/** Whether it is chosen of a list that hangs from the widget, rather than written in its place. */
function hasList(widget: Widget): boolean {
  return widget.kind === 'choice' || widget.kind === 'choices' || (widget.kind === 'text' && widget.upload !== undefined)
}

/** Where keys go when a field over the canvas is done. */
export function canvasElement(): HTMLElement | null {
  return document.querySelector<HTMLElement>('.canvas-host canvas')
}
