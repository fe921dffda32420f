/** The commands of a session. */
import { computed, signal } from '@preact/signals'
import type { Session } from '../app/session.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import { errorText } from './error-text.ts'
import type { Command, CommandTable } from './command.ts'
import { commandsByKey, keyConflicts, keysOfCommand } from './key-map.ts'
import { COMMANDS } from './table.ts'

/** All commands, with the keys that the settings give them. */
export function createCommandTable(session: Session, commands: readonly Command[] = COMMANDS): CommandTable {
  const all = signal(commands)
  const byId = new Map(commands.map((command) => [command.id, command]))
  const byKey = computed(() => commandsByKey(all.value, session.settings.value.keys))

  async function run(command: Command, target?: CanvasTarget): Promise<void> {
    if (command.isEnabled?.(session, target) === false) return
    try {
      await command.run(session, target)
    } catch (error) {
      session.dialogs.tell({ kind: 'error', text: errorText(error) })
    }
  }

  return {
    all,
    get: (id) => byId.get(id),
    run: async (id, target) => {
      const command = byId.get(id)
      if (command) await run(command, target)
    },
    keysOf: (id) => {
      const command = byId.get(id)
      return command ? keysOfCommand(command, session.settings.value.keys) : []
    },
    ofKey: (key) => byKey.value.get(key) ?? [],
    conflicts: computed(() => keyConflicts(all.value, session.settings.value.keys)),
  }
}
