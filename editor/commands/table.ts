/** Every command there is, in the order of menus and the palette. */
import type { Command } from './command.ts'
import { nodeCommands } from './node.ts'
import { runCommands } from './run.ts'
import { tabCommands } from './tabs.ts'
import { textCommands } from './text.ts'
import { viewCommands } from './view.ts'

export const COMMANDS: readonly Command[] = [
  ...runCommands, ...nodeCommands, ...viewCommands, ...tabCommands, ...textCommands,
]
