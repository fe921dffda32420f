/** Files that are dragged onto the page, wherever, or pasted. */
import { signal, type ReadonlySignal } from '@preact/signals'
import type { Session } from '../app/session.ts'
import { errorText } from '../commands/error-text.ts'
import type { Point } from '../graph/scene.ts'

const held = signal(false)
/** Whether files are held over the page. */
export const areFilesHeld: ReadonlySignal<boolean> = held

const handlers = () => import('./open-files.ts')

/** Takes what is dropped: without this, the browser would leave the editor for the file. @returns what ends it */
export function listenToFiles(session: Session, page: Window = window): () => void {
  const end = new AbortController()
  const { signal: until } = end
  page.addEventListener('dragenter', (event) => { if (hasFiles(event)) held.value = true }, { signal: until })
  page.addEventListener('dragleave', (event) => { if (event.relatedTarget === null) held.value = false }, { signal: until })
  page.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    held.value = true
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy'
  }, { signal: until })
  page.addEventListener('drop', (event) => {
    held.value = false
    if (!hasFiles(event) || event.defaultPrevented) return
    event.preventDefault()
    void dropped(session, [...event.dataTransfer?.files ?? []], [event.clientX, event.clientY])
  }, { signal: until })
  page.document.addEventListener('paste', (event) => {
    const files = [...event.clipboardData?.files ?? []]
    if (files.length === 0 || event.defaultPrevented || session.dialogs.open.peek().length > 0) return
    event.preventDefault()
    void handlers().then(({ openFiles }) => openFiles(session, files, { isPasted: true }))
  }, { signal: until, capture: true })
  return () => end.abort()
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true
}

/** A picture that is dropped on a node which loads pictures is loaded by it; all else is opened. */
async function dropped(session: Session, files: readonly File[], client: Point): Promise<void> {
  try {
    const [{ openFiles }, { loadInto, nodeTaking }] = await Promise.all([handlers(), import('./add-loader.ts')])
    const [first] = files
    const node = first && files.length === 1 ? nodeTaking(session, first, client) : undefined
    await (first && node ? loadInto(session, first, node) : openFiles(session, files, { client }))
  } catch (error) {
    session.dialogs.tell({ kind: 'error', text: errorText(error) })
  }
}
