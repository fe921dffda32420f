/** Keeps a canvas showing what a session has: the document's graph, what is selected, what runs, the settings. */
import { effect, type ReadonlySignal } from '@preact/signals'
import type { Session } from '../app/session.ts'
import type { CanvasSelection, CanvasView, GraphCanvas, NodeMedia } from '../graph/canvas.ts'
import type { Theme } from '../theme/shown-theme.ts'

/** Starts to. @returns what ends it */
export function linkCanvas(session: Session, canvas: GraphCanvas, theme: ReadonlySignal<Theme>): () => void {
  const ends = [
    effect(() => {
      const { snap, grid, links } = session.settings.value
      canvas.configure({ theme: theme.value, snap, grid, links })
    }),
    effect(() => canvas.setVisible(session.view.value === 'graph')),
    effect(() => canvas.show(session.document.value.scene.value)),
    effect(() => {
      const selection = session.document.value.selection.value
      if (!isSame(selection, canvas.selection)) canvas.select(selection)
    }),
    effect(() => canvas.setActivity(session.runs.picture(session.document.value).value.activity)),
    linkMedia(session, canvas),
    linkView(session, canvas),
  ]
  return () => { for (const end of ends) end() }
}

/** Hands over what is new, and takes away what is gone. */
function linkMedia(session: Session, canvas: GraphCanvas): () => void {
  let shown: ReadonlyMap<string, NodeMedia> = new Map()
  return effect(() => {
    const { media } = session.runs.picture(session.document.value).value
    for (const [node, one] of media) if (shown.get(node) !== one) canvas.setMedia(node, one)
    for (const node of shown.keys()) if (!media.has(node)) canvas.setMedia(node, undefined)
    shown = media
  })
}

/** Each graph is seen as it was left; one that was never seen fits the window. */
function linkView(session: Session, canvas: GraphCanvas): () => void {
  const views = new Map<string, CanvasView>()
  let shown: string | undefined
  const keep = effect(() => {
    const view = session.document.value.view.value
    if (view !== undefined && shown !== undefined && shown === placeOf(session)) views.set(shown, view)
  })
  const turn = effect(() => {
    const document = session.document.value
    const place = placeOf(session)
    if (place === shown) return
    const isFirst = document.path.peek().length === 0
    const view = views.get(place) ?? (isFirst && !isLeft(shown, document.id) ? document.view.peek() : undefined)
    shown = place
    if (view === undefined) return fitSoon(session, canvas, place)
    canvas.setView(view)
    document.view.value = view
  })
  return () => { keep(); turn() }
}

function placeOf(session: Session): string {
  const { id, path } = session.document.value
  return [id, ...path.value].join('\n')
}

/** Whether it was another graph of the same document that was shown: its view is not this one's. */
function isLeft(shown: string | undefined, id: string): boolean {
  return shown !== undefined && shown.startsWith(`${id}\n`)
}

/** Once the definitions are known and nodes have their sizes. */
function fitSoon(session: Session, canvas: GraphCanvas, place: string): void {
  let stop: (() => void) | undefined
  stop = effect(() => {
    if (session.definitions.value.size === 0) return
    queueMicrotask(() => {
      stop?.()
      if (placeOf(session) === place) canvas.fit()
    })
  })
}

function isSame(a: CanvasSelection, b: CanvasSelection): boolean {
  return a === b || (sameMembers(a.nodes, b.nodes) && sameMembers(a.groups, b.groups))
}

function sameMembers<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one))
}
