/** Every command there is, in the order of menus and the palette. */
import type { Command } from './command.ts'
import { runCommands } from './run.ts'
import { tabCommands } from './tabs.ts'
import { textCommands } from './text.ts'

export const COMMANDS: readonly Command[] = [
  ...runCommands, ...tabCommands, ...textCommands,
]
