/** What a plugin's module threw when it was imported, in words. */
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FoundPlugin } from '../core/plugins/discover.ts'
import { invalid } from '../core/plugins/load.ts'
import type { WorkflowError } from '../core/workflow/workflow-error.ts'
import { ExitRefused } from './plugins-guard.ts'

/** @param error anything at all: plugins may throw what they like */
export function importProblem(error: unknown, { name, folder }: FoundPlugin): WorkflowError {
  const where = placeIn(folder, error)
  const at = where === undefined ? '' : ` (${where})`
  if (error instanceof ExitRefused) {
    return invalid(name, `${error.message} while it was loaded${at}`, 'A plugin must not end the process; throw an error instead.', error)
  }
  const missing = /module '[^']*' does not provide an export named '([^']+)'/.exec(messageOf(error))
  if (missing && error instanceof SyntaxError) {
    const remedy = 'Check the spelling; it may be written for another version of kinograph.'
    return invalid(name, `it imports "${missing[1]}", which kinograph or a package does not have`, remedy, error)
  }
  return invalid(name, `it failed while it was loaded: ${messageOf(error)}${at}`, undefined, error)
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${textOf(error)}, which is no Error`
  const text = error.message.split('\n')[0] || 'it gave no reason'
  return error.name === 'Error' ? text : `${error.name}: ${text}`
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return `a ${typeof value}`
  }
}

/** The first place of the stack that lies in the plugin: `src/index.ts:3:9`. */
function placeIn(folder: string, error: unknown): string | undefined {
  const stack = error instanceof Error ? error.stack ?? '' : ''
  for (const [, place, line, column] of stack.matchAll(/((?:file:\/\/)?\/[^\s()]+):(\d+):(\d+)/g)) {
    const path = place!.startsWith('file:') ? fileURLToPath(place!) : place!
    if (path.startsWith(folder)) return `${relative(folder, path)}:${line}:${column}`
  }
  return undefined
}
