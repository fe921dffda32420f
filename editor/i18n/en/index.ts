import { app } from './app.ts'
import { commands } from './commands.ts'
import { canvas } from './canvas.ts'
import { run } from './run.ts'
import { widgets } from './widgets.ts'
import { form } from './form.ts'
import { panels } from './panels.ts'
import { files } from './files.ts'
import { list } from './list.ts'
import { help } from './help.ts'

/** All words in English, by key: `area.name`. */
export const en = { ...app, ...commands, ...canvas, ...run, ...widgets, ...form, ...panels, ...files, ...list, ...help }

export type Dictionary = { readonly [K in keyof typeof en]: string }
