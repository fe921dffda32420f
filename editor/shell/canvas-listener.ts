/** What the canvas says a person did, and what comes of it. */
import type { Session } from '../app/session.ts'
import { duplicateChosen } from '../commands/clipboard.ts'
import { errorText } from '../commands/error-text.ts'
import type { CanvasListener, CanvasTarget } from '../graph/canvas.ts'
import type { Edit } from '../graph/edit.ts'
import type { Rectangle } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import { contextMenu } from './context-menu.ts'
import { openSearch } from './open-search.ts'
import type { OverCanvas } from './over-canvas.ts'

/** Turns what is told by the canvas of a session into changes, menus and overlays. */
export function canvasListener(session: Session, over: OverCanvas): CanvasListener {
  const document = () => session.document.peek()
  return {
    edit: (edits) => editOrTell(session, edits),
    select: (selection) => { document().selection.value = selection },
    duplicate: (by) => void duplicateChosen(session, undefined, by),
    search: (at, link) => void openSearch(session, { at, ...(link && { link }) }),
    menu: (target, client) => {
      over.hint.value = undefined
      session.dialogs.menu(contextMenu(session, target, client), client)
    },
    editValue: (node, input) => { session.editing.value = { document: document(), node, input } },
    rename: (target, client) => void rename(session, target, client),
    enter: (node) => { document().path.value = [...document().path.peek(), node] },
    refuse: (reason, client) => { over.refusal.value = reason === undefined ? undefined : { reason, client } },
    view: (view) => { document().view.value = view },
    hover: (target, client) => { over.hint.value = target === undefined || target.kind === 'canvas' ? undefined : { target, client } },
    openMedia: (node) => void openMedia(session, node),
  }
}

/** Makes changes, or says why not. */
export function editOrTell({ document, dialogs }: Session, edits: readonly Edit[], changed = document.peek()): void {
  try {
    changed.edit(edits)
  } catch (error) {
    dialogs.tell({ kind: 'error', text: errorText(error) })
  }
}

async function openMedia(session: Session, node: string): Promise<void> {
  const { openNodeMedia } = await import('../panels/player/open-player.ts')
  await openNodeMedia(session, session.document.peek(), node)
}

async function rename(session: Session, target: CanvasTarget, over: Rectangle): Promise<void> {
  const document = session.document.peek()
  const { nodes, groups } = document.scene.peek()
  if (target.kind === 'node') {
    const value = nodes.find(({ id }) => id === target.id)?.title ?? ''
    const title = await session.dialogs.askText({ label: t('canvas.renameNode'), value, over })
    if (title !== undefined && title !== value) editOrTell(session, [{ type: 'rename', id: target.id, ...(title.trim() !== '' && { title: title.trim() }) }], document)
  } else if (target.kind === 'group') {
    const value = groups.find(({ index }) => index === target.index)?.title ?? ''
    const title = await session.dialogs.askText({ label: t('canvas.renameGroup'), value, over })
    if (title !== undefined && title !== value) editOrTell(session, [{ type: 'changeGroup', index: target.index, title: title.trim() }], document)
  }
}
