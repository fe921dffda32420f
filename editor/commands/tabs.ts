/** The tabs of open workflows. */
import type { Session } from '../app/session.ts'
import type { Command } from './command.ts'

/** The tab so many places further, around the end. */
function step(by: number) {
  return ({ documents, document, show }: Session) => {
    const all = documents.peek()
    show(all.at((all.indexOf(document.peek()) + by) % all.length)!.id)
  }
}

function move(by: number) {
  return ({ documents, document, moveTab }: Session) => {
    const { id } = document.peek()
    moveTab(id, Math.max(0, documents.peek().findIndex((one) => one.id === id) + by))
  }
}

const hasSeveral = ({ documents }: Session) => documents.value.length > 1

// Ctrl+Tab, Ctrl+W and Ctrl+N belong to the browser.
export const tabCommands: readonly Command[] = [
  { id: 'tab.next', title: 'commands.tab.next', keys: ['Alt+PageDown', 'Alt+]'], inText: true, isEnabled: hasSeveral, run: step(1) },
  { id: 'tab.previous', title: 'commands.tab.previous', keys: ['Alt+PageUp', 'Alt+['], inText: true, isEnabled: hasSeveral, run: step(-1) },
  { id: 'tab.close', title: 'commands.tab.close', keys: ['Alt+W'], inText: true, run: ({ close, document }) => close(document.peek().id) },
  {
    id: 'tab.closeOthers', title: 'commands.tab.closeOthers', isEnabled: hasSeveral,
    run: async ({ close, documents, document }) => {
      const kept = document.peek().id
      for (const { id } of documents.peek()) if (id !== kept) await close(id)
    },
  },
  { id: 'tab.moveLeft', title: 'commands.tab.moveLeft', isEnabled: hasSeveral, run: move(-1) },
  { id: 'tab.moveRight', title: 'commands.tab.moveRight', isEnabled: hasSeveral, run: move(1) },
]
