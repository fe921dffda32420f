/** Undo, the clipboard, selection, and taking away. */
import type { Session } from '../app/session.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import type { Edit } from '../graph/edit.ts'
import { chosenGroups, chosenIds, hasNodes, isGraph } from './chosen.ts'
import { copy, duplicateChosen, pasteCopied } from './clipboard.ts'
import type { Command } from './command.ts'

const isAnything = (session: Session, target?: CanvasTarget) => chosenIds(session, target).length + chosenGroups(session, target).length > 0

function removal(session: Session, target?: CanvasTarget): readonly Edit[] {
  const nodes = chosenIds(session, target)
  // From the last, since each takes the place of the ones before it.
  const groups = chosenGroups(session, target).toSorted((a, b) => b - a).map((index): Edit => ({ type: 'removeGroup', index }))
  return [...nodes.length > 0 ? [{ type: 'remove', nodes } as const] : [], ...groups]
}

function remove(session: Session, target?: CanvasTarget): void {
  if (target?.kind === 'link') session.document.peek().edit([{ type: 'disconnect', to: target.to, input: target.input }])
  else session.document.peek().edit(removal(session, target))
}

function selectAll({ document }: Session): void {
  const { scene, selection } = document.peek()
  selection.value = { nodes: new Set(scene.peek().nodes.map(({ id }) => id)), groups: new Set(scene.peek().groups.map(({ index }) => index)) }
}

const selectNone = ({ document }: Session) => void (document.peek().selection.value = { nodes: new Set(), groups: new Set() })
const isSelected = ({ document }: Session) => document.value.selection.value.nodes.size + document.value.selection.value.groups.size > 0

export const editCommands: readonly Command[] = [
  { id: 'edit.undo', title: 'commands.edit.undo', keys: ['Ctrl+Z'], isEnabled: ({ document }) => document.value.canUndo.value, run: ({ document }) => document.peek().undo() },
  {
    id: 'edit.redo', title: 'commands.edit.redo', keys: ['Ctrl+Y', 'Ctrl+Shift+Z'],
    isEnabled: ({ document }) => document.value.canRedo.value, run: ({ document }) => document.peek().redo(),
  },
  {
    id: 'edit.cut', title: 'commands.edit.cut', keys: ['Ctrl+X'], menus: ['node', 'group'], isEnabled: isAnything,
    run: async (session, target) => {
      await copy(session, target)
      remove(session, target)
    },
  },
  { id: 'edit.copy', title: 'commands.edit.copy', keys: ['Ctrl+C'], menus: ['node', 'group'], isEnabled: isAnything, run: copy },
  { id: 'edit.paste', title: 'commands.edit.paste', keys: ['Ctrl+V'], menus: ['canvas'], isEnabled: isGraph, run: (session) => pasteCopied(session) },
  {
    id: 'edit.pasteLinked', title: 'commands.edit.pasteLinked', keys: ['Ctrl+Shift+V'], menus: ['canvas'], isEnabled: isGraph,
    run: (session) => pasteCopied(session, { connect: true }),
  },
  { id: 'edit.duplicate', title: 'commands.edit.duplicate', keys: ['Ctrl+Shift+D'], menus: ['node'], isEnabled: hasNodes, run: duplicateChosen },
  { id: 'edit.selectAll', title: 'commands.edit.selectAll', keys: ['Ctrl+A'], menus: ['canvas'], isEnabled: isGraph, run: selectAll },
  { id: 'edit.selectNone', title: 'commands.edit.selectNone', keys: ['Escape'], where: 'canvas', isEnabled: isSelected, run: selectNone },
  {
    id: 'edit.delete', title: 'commands.edit.delete', keys: ['Delete', 'Backspace'], where: 'canvas', menus: ['node', 'link', 'group'],
    isEnabled: (session, target) => target?.kind === 'link' || isAnything(session, target), run: remove,
  },
]
