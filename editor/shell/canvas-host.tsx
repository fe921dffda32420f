import type { ReadonlySignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Session } from '../app/session.ts'
import type { CanvasSettings } from '../graph/canvas.ts'
import { linkProblem } from '../graph/link-problem.ts'
import { t } from '../i18n/index.ts'
import type { Theme } from '../theme/shown-theme.ts'
import { valueText } from '../widgets/values.ts'
import { addNodeAt } from './add-node-at.ts'
import { canvasListener } from './canvas-listener.ts'
import { CanvasOverlays } from './canvas-overlays.tsx'
import { linkCanvas } from './link-canvas.ts'
import { NODE_DRAG } from './node-drag.ts'
import { createOverCanvas } from './over-canvas.ts'
import './canvas-host.css'

interface CanvasHostProps {
  readonly session: Session
  readonly theme: ReadonlySignal<Theme>
}

/** The graph view: the canvas, loaded beside the rest of the page, and what lies over it. */
export function CanvasHost({ session, theme }: CanvasHostProps) {
  const host = useRef<HTMLDivElement>(null)
  const over = useMemo(createOverCanvas, [])
  useEffect(() => {
    const ends: (() => void)[] = []
    let isGone = false
    const start = async () => {
      const { createCanvas } = await import('../litegraph/index.ts')
      if (isGone) return
      const canvas = createCanvas(host.current!, canvasListener(session, over), settingsOf(session, theme))
      ends.push(() => canvas.dispose(), linkCanvas(session, canvas, theme), () => { session.canvas.value = undefined })
      session.canvas.value = canvas
      whenIdle(fetchSoon)
    }
    void start().catch(() => session.dialogs.tell({ kind: 'error', text: t('app.loadFailed'), action: { label: t('app.reload'), run: () => location.reload() } }))
    return () => {
      isGone = true
      for (const end of ends.toReversed()) end()
    }
  }, [session])
  const isShown = session.view.value === 'graph'
  return (
    <div class="canvas-view" hidden={!isShown}>
      <div ref={host} class="canvas-host" onDragOver={allowNode} onDrop={(event) => dropNode(session, event)} role="application" aria-label={t('app.canvas')} aria-describedby="canvas-note" />
      <p id="canvas-note" class="spoken">{t('app.canvasNote')}</p>
      {isShown && <WayToBegin session={session} />}
      {isShown && <CanvasOverlays session={session} over={over} theme={theme} />}
    </div>
  )
}

/** Said where nothing is there to be drawn. */
function WayToBegin({ session }: { readonly session: Session }) {
  const { nodes, groups } = session.document.value.scene.value
  return nodes.length === 0 && groups.length === 0 ? <p class="canvas-empty">{t('canvas.empty')}</p> : null
}

/** What the next click may want: then it is there at once, and no key that is typed meanwhile gets lost. */
function fetchSoon(): void {
  const parts = [import('./value-over.tsx'), import('./node-search.tsx'), import('./palette.tsx')]
  void Promise.allSettled(parts) // whoever wants one asks again, and says when it fails
}

/** Not in every browser yet. */
function whenIdle(run: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: 3000 })
  else setTimeout(run, 1000)
}

function allowNode(event: DragEvent): void {
  if (event.dataTransfer?.types.includes(NODE_DRAG) !== true) return
  event.preventDefault()
  event.dataTransfer.dropEffect = 'copy'
}

function dropNode(session: Session, event: DragEvent): void {
  const type = event.dataTransfer?.getData(NODE_DRAG) ?? ''
  if (type === '') return
  event.preventDefault()
  event.stopPropagation()
  addNodeAt(session, type, [event.clientX, event.clientY])
}

function settingsOf(session: Session, theme: ReadonlySignal<Theme>): CanvasSettings {
  const { snap, grid, links } = session.settings.peek()
  return {
    theme: theme.peek(), snap, grid, links,
    refusal: (from, output, to, input) => {
      const { workflow, path } = session.document.peek()
      return linkProblem(workflow.peek(), path.peek(), session.definitions.peek(), from, output, to, input)
    },
    valueText: (node, input, value) => {
      const widget = session.document.peek().scene.peek().nodes.find(({ id }) => id === node)?.inputs.find(({ name }) => name === input)?.widget
      return widget === undefined ? '' : valueText(widget, value)
    },
  }
}
