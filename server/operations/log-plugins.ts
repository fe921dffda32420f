/** What became of plugins, for the log: those that were skipped and why, and what is strange about others. */
import type { PluginReport } from '../../worker/protocol.ts'
import type { Log } from '../services.ts'

export function logPlugins(log: Log, plugins: readonly PluginReport[]): void {
  for (const { name, version, status, problem, warnings, nodes } of plugins) {
    const fields = { plugin: name, ...(version !== undefined && { version }) }
    if (status === 'loaded') log.info({ ...fields, nodes: nodes.length }, 'a plugin was loaded')
    else log.warn({ ...fields, problem }, 'a plugin was skipped')
    for (const warning of warnings) log.warn({ ...fields, warning }, 'a plugin is strange')
  }
}
