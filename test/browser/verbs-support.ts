/** What the tests of verbs share. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { CanvasTarget } from '../../editor/graph/canvas.ts'
import { root } from '../server/support.ts'
import type { EditorPage } from './support.ts'

export const TEXT_TO_VIDEO = JSON.parse(readFileSync(join(root, 'workflows', 'text-to-video.json'), 'utf8')) as Workflow // ours

/** One node, with all the room around it. */
export const LONE_PROMPT: Workflow = { version: 1, nodes: [{ id: 'prompt', type: 'TextEncode', inputs: { text: 'a red circle' }, position: [0, 0] }] }

/** A right click, and the items one after the other, by how they begin. */
export async function chooseInMenu(editor: EditorPage, target: CanvasTarget, ...labels: readonly string[]): Promise<void> {
  await editor.click(target, { button: 'right' })
  for (const label of labels) await editor.page.locator(`.menu-item[data-label^="${label}"]`).first().click()
  await editor.drawn()
}
