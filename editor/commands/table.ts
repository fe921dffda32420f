/** Every command there is, in the order of menus and the palette. */
import { arrangeCommands } from './arrange.ts'
import type { Command } from './command.ts'
import { controlCommands } from './control.ts'
import { editCommands } from './edit.ts'
import { fileCommands } from './file.ts'
import { graphCommands } from './graph.ts'
import { nodeCommands } from './node.ts'
import { runCommands } from './run.ts'
import { subgraphCommands } from './subgraph.ts'
import { subgraphSocketCommands } from './subgraph-sockets.ts'
import { tabCommands } from './tabs.ts'
import { textCommands } from './text.ts'
import { viewCommands } from './view.ts'

export const COMMANDS: readonly Command[] = [
  ...runCommands, ...controlCommands, ...fileCommands, ...editCommands, ...nodeCommands, ...graphCommands, ...subgraphCommands, ...subgraphSocketCommands, ...arrangeCommands, ...viewCommands, ...tabCommands,
  ...textCommands,
]
