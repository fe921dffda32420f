/** What is copied goes to the browser's clipboard as text, and is kept for all tabs of the editor, secret values only in this one. */
import type { Session } from '../app/session.ts'
import type { Clip } from '../graph/clipboard.ts'
import type { Point } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import { chosenGroups, chosenIds } from './chosen.ts'
import type { CanvasTarget } from '../graph/canvas.ts'

const KEPT = 'kinograph.clip'

/** Of this page: what was copied last, and as which text. */
let last: { readonly clip: Clip; readonly text: string } | undefined

/** Copies what is chosen. */
export async function copy(session: Session, target?: CanvasTarget): Promise<void> {
  const { clipText, copyNodes } = await import('../graph/clipboard.ts')
  const { workflow, path } = session.document.peek()
  const clip = copyNodes(workflow.peek(), path.peek(), chosenIds(session, target), chosenGroups(session, target))
  last = { clip, text: clipText(clip, session.definitions.peek()) }
  localStorage.setItem(KEPT, last.text)
  writeClipboard(last.text)
}

/** Pastes what was copied last in any tab of the editor. */
export async function pasteCopied(session: Session, options: { readonly connect?: boolean } = {}): Promise<void> {
  const text = localStorage.getItem(KEPT)
  if (text === null || !await pasteText(session, text, options)) session.dialogs.tell({ kind: 'info', text: t('commands.edit.nothingToPaste') })
}

/** Pastes a text that holds nodes: what was copied here or in another program. @returns whether it did */
export async function pasteText(session: Session, text: string, { connect = false }: { readonly connect?: boolean } = {}): Promise<boolean> {
  const { paste, readClip } = await import('../graph/clipboard.ts')
  const definitions = session.definitions.peek()
  const clip = text === last?.text ? last.clip : readClip(text, definitions)
  if (!clip) return false
  const document = session.document.peek()
  const at = pointerOnCanvas(session)
  const pasted = paste(document.workflow.peek(), document.path.peek(), clip, { connect, ...(at && { at }) }, definitions)
  document.replace(() => pasted.workflow)
  document.selection.value = { nodes: new Set(pasted.ids), groups: new Set(pasted.groups) }
  return true
}

/** Copies nodes beside themselves, or so far from themselves, with what they are linked to. */
export async function duplicateChosen(session: Session, target?: CanvasTarget, by?: Point): Promise<void> {
  const { duplicate } = await import('../graph/clipboard.ts')
  const document = session.document.peek()
  const pasted = duplicate(document.workflow.peek(), document.path.peek(), chosenIds(session, target), { connect: true, ...(by && { by }) }, session.definitions.peek())
  document.replace(() => pasted.workflow)
  document.selection.value = { nodes: new Set(pasted.ids), groups: new Set(pasted.groups) }
}

/** The one way that browsers allow everywhere, also over plain http: answering a `copy` event. */
function writeClipboard(text: string): void {
  const answer = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  document.addEventListener('copy', answer, { capture: true, once: true })
  document.execCommand('copy')
  document.removeEventListener('copy', answer, { capture: true })
}

/** Where the mouse was seen last, in CSS pixels of the window. */
let pointer: { readonly client: Point; readonly isOnCanvas: boolean } | undefined

/** Follows the mouse, so that what is pasted lies where it is. @returns what ends it */
export function followPointer(page: Document = document): () => void {
  const onMove = ({ clientX, clientY, target }: PointerEvent) => {
    pointer = { client: [clientX, clientY], isOnCanvas: target instanceof Element && target.closest('.canvas-host') !== null }
  }
  page.addEventListener('pointermove', onMove, { passive: true })
  return () => page.removeEventListener('pointermove', onMove)
}

/** The place under the mouse in graph units, where it is over the graph. */
export function pointerOnCanvas({ canvas, view }: Session): Point | undefined {
  return pointer?.isOnCanvas && view.peek() === 'graph' ? canvas.peek()?.toGraph(pointer.client) : undefined
}
