/**
 * `--plugins DIR` and `--safe`: options of every command, since each that knows nodes needs plugins. They are handed on
 * to the worker by way of the environment, whose variables mean the same.
 */
import { delimiter, resolve } from 'node:path'
import { problemText } from '../core/workflow/problem.ts'
import type { PluginReport, PluginSettings } from '../worker/protocol.ts'
import { UsageError } from './arguments.ts'

/** The lines of the general help. */
export const PLUGIN_OPTIONS: readonly (readonly [string, string])[] = [
  ['--plugins DIR', 'load the plugin in DIR, or all plugins in it (may be repeated; also $KINOGRAPH_PLUGINS)'],
  ['--safe', 'load no plugins at all (also KINOGRAPH_SAFE=1)'],
]

/** Takes the plugin options off a command line. @throws UsageError for --plugins without a folder */
export function takePluginOptions(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): string[] {
  const rest: string[] = []
  const folders: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]
    if (word === '--') return [...rest, ...argv.slice(i), ...remember(folders, env)]
    if (word === '--safe') env['KINOGRAPH_SAFE'] = '1'
    else if (word === '--plugins') folders.push(folderOf(argv[++i]))
    else if (word?.startsWith('--plugins=')) folders.push(folderOf(word.slice('--plugins='.length)))
    else if (word !== undefined) rest.push(word)
  }
  return [...rest, ...remember(folders, env)]
}

function folderOf(value: string | undefined): string {
  if (value === undefined || value === '' || value.startsWith('--')) throw new UsageError('--plugins needs a folder. Write --plugins=DIR.')
  return resolve(value)
}

/** Puts folders before those of the environment. Gives no words. */
function remember(folders: readonly string[], env: NodeJS.ProcessEnv): [] {
  if (folders.length > 0) env['KINOGRAPH_PLUGINS'] = [...folders, env['KINOGRAPH_PLUGINS']].filter(Boolean).join(delimiter)
  return []
}

/** Where a worker looks for plugins: in the current folder, and where the environment says. Nowhere with --safe. */
export function pluginSettings(env: NodeJS.ProcessEnv = process.env): PluginSettings | undefined {
  if (env['KINOGRAPH_SAFE'] === '1') return undefined
  const limit = Number(env['KINOGRAPH_PLUGIN_LIMIT'])
  return {
    project: process.cwd(),
    folders: (env['KINOGRAPH_PLUGINS'] ?? '').split(delimiter).filter(Boolean).map((folder) => resolve(folder)),
    ...(limit > 0 && { limit }),
  }
}

/** Says on stderr which plugins were skipped, and what is strange about others. */
export function sayOfPlugins(plugins: readonly PluginReport[]): void {
  for (const { name, problem, warnings } of plugins) {
    if (problem) process.stderr.write(`warning: ${problemText({ ...problem, problem: `skipped ${problem.problem}` })}\n`)
    for (const warning of warnings) process.stderr.write(`warning: plugin "${name}": ${warning}\n`)
  }
}

/** What a command that starts a worker tells it of plugins. */
export function pluginOptions(): { plugins?: PluginSettings; onPlugins: typeof sayOfPlugins } {
  const plugins = pluginSettings()
  return { ...(plugins && { plugins }), onPlugins: sayOfPlugins }
}
