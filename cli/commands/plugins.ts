/** `kinograph plugins`: which there are; and for authors: run a plugin's tests, keep a snapshot of its nodes, compare. */
import { resolve } from 'node:path'
import type { NodeDefinition } from '../../core/types/definition.ts'
import { problemText } from '../../core/workflow/problem.ts'
import { WorkerClient } from '../../worker/client.ts'
import type { PluginReport } from '../../worker/protocol.ts'
import { parseArguments, UsageError } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { foldersOf } from '../folders.ts'
import { pluginSettings } from '../plugin-options.ts'
import { checkSnapshot, writeSnapshot } from '../plugin-snapshot.ts'
import { table } from '../print.ts'
import { pluginsSpec } from '../specs.ts'

const ACTIONS = ['list', 'test', 'snapshot', 'check'] as const

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands: [word = 'list', folder = '.'] } = parseArguments(pluginsSpec, argv)
  const action = ACTIONS.find((name) => name === word)
  switch (action) {
    case 'list': return list(options.json)
    case 'test': return (await import('../plugin-tests.ts')).testPlugin(resolve(folder))
    case 'snapshot': return each(resolve(folder), writeSnapshot)
    case 'check': return each(resolve(folder), checkSnapshot)
    case undefined: throw new UsageError(`kinograph plugins: expected ${ACTIONS.join(', ')}, got ${JSON.stringify(word)}.`)
    default: return action satisfies never
  }
}

async function list(json: boolean): Promise<number> {
  const settings = pluginSettings()
  const worker = new WorkerClient({ ...(settings && { plugins: settings }) })
  const { plugins } = await worker.ask({ type: 'plugins', id: 'plugins' }).finally(() => worker.close())
  if (json) process.stdout.write(`${JSON.stringify(plugins, null, 2)}\n`)
  else process.stdout.write(`${plugins.length === 0 ? nothing(settings !== undefined) : overview(plugins)}\n`)
  return EXIT.ok
}

const nothing = (isAsked: boolean) => isAsked
  ? 'There are no plugins. "kinograph create-plugin NAME" writes one; docs/plugins.md says where they are looked for.'
  : 'No plugins are loaded with --safe.'

function overview(plugins: readonly PluginReport[]): string {
  const rows = plugins.map(({ name, version, status, nodes, folder }) =>
    [name, version ?? '', status, `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`, folder])
  const notes = plugins.flatMap(({ name, problem, warnings }) =>
    [...(problem ? [problemText(problem)] : []), ...warnings.map((warning) => `plugin "${name}": ${warning}`)])
  return [table(rows), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')
}

/** A plugin of one's own with the definitions of its nodes. */
export interface OwnPlugin {
  readonly report: PluginReport
  readonly definitions: readonly NodeDefinition[]
}

/** Does something with each plugin of a folder; the highest exit code counts. */
async function each(folder: string, act: (plugin: OwnPlugin) => Promise<number>): Promise<number> {
  const { limit } = pluginSettings() ?? {}
  const worker = new WorkerClient({ plugins: { folders: [folder], ...(limit !== undefined && { limit }) } })
  try {
    const { plugins } = await worker.ask({ type: 'plugins', id: 'plugins' })
    if (plugins.length === 0) throw new UsageError(`There is no plugin in ${folder}. Name its folder.`)
    const { definitions } = await worker.ask({ type: 'nodes', id: 'nodes', folders: foldersOf({}) })
    const codes: number[] = []
    for (const report of plugins) codes.push(await one({ report, definitions: definitions.filter(({ plugin }) => plugin === report.name) }, act))
    return Math.max(...codes)
  } finally {
    worker.close()
  }
}

async function one(plugin: OwnPlugin, act: (plugin: OwnPlugin) => Promise<number>): Promise<number> {
  const { problem } = plugin.report
  if (problem === undefined) return act(plugin)
  process.stderr.write(`error: ${problemText(problem)}\n`)
  return EXIT.failed
}
