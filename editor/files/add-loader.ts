/** Puts a file of the person's into the server's input folder, and into the node that loads it. */
import type { Session } from '../app/session.ts'
import { errorText } from '../commands/error-text.ts'
import type { Point, SceneNode } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import { addNodeAt } from '../shell/add-node-at.ts'
import { fileKind } from './file-kind.ts'
import { uploadInput, type Loader } from './loader.ts'

/** Adds a node that loads the file, where it was dropped or in the middle. */
export async function addLoader(session: Session, file: File, { definition, input }: Loader, client?: Point): Promise<void> {
  const document = session.document.peek()
  await uploaded(session, file, (path) => {
    session.show(document.id)
    addNodeAt(session, definition.type, client)
    const [id] = document.selection.peek().nodes
    if (id !== undefined) document.edit([{ type: 'set', node: id, input: input.name, value: path }])
  })
}

/** A node under the pointer that takes files of this kind. */
export function nodeTaking(session: Session, file: File, [x, y]: Point): SceneNode | undefined {
  const kind = fileKind(file, '')
  const { canvas, document, view } = session
  if (view.peek() !== 'graph') return undefined
  return document.peek().scene.peek().nodes.findLast(({ id, definition }) => {
    if (definition === undefined || uploadInput(definition, kind) === undefined) return false
    const [left, top, width, height] = canvas.peek()?.place({ kind: 'node', id }) ?? [0, 0, 0, 0]
    return x >= left && x < left + width && y >= top && y < top + height
  })
}

/** Lets a node load the file. */
export async function loadInto(session: Session, file: File, { id, definition }: SceneNode): Promise<void> {
  const document = session.document.peek()
  const input = definition && uploadInput(definition, fileKind(file, ''))
  if (input) await uploaded(session, file, (path) => document.edit([{ type: 'set', node: id, input: input.name, value: path }]))
}

async function uploaded(session: Session, file: File, use: (path: string) => void): Promise<void> {
  try {
    const { path } = await session.client.assets.upload(file, file.name)
    await session.refreshDefinitions()
    use(path)
  } catch (error) {
    session.dialogs.tell({ kind: 'error', text: t('widgets.uploadFailed', { reason: errorText(error) }) })
  }
}
