/** Which nodes a plugin provides, for the time when it can't be loaded: as it was known when it could. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FoundPlugin } from '../core/plugins/discover.ts'
import type { PluginReport } from './protocol.ts'

/** Notes the node types of a plugin that was loaded. It is only a help for messages: nothing depends on it. */
export async function rememberNodes(cache: string, entry: string, nodes: readonly string[]): Promise<void> {
  const path = notePath(cache, entry)
  const text = JSON.stringify(nodes)
  try {
    if (await readFile(path, 'utf8').catch(() => '') === text) return
    await mkdir(dirname(path), { recursive: true })
    await writeFile(`${path}.${process.pid}`, text)
    await rename(`${path}.${process.pid}`, path)
  } catch { /* a full disk: the message will be shorter */ }
}

/** The node types that a plugin had when it was loaded last, and those of its snapshot. */
export async function knownNodes(cache: string, { entry, folder }: FoundPlugin): Promise<string[]> {
  const [noted, snapshot] = await Promise.all([readJson(notePath(cache, entry)), readJson(join(folder, 'kinograph.snapshot.json'))])
  const listed: unknown = Reflect.get(Object(snapshot), 'nodes')
  const ofSnapshot = Array.isArray(listed) ? listed.map((node: unknown) => Reflect.get(Object(node), 'type')) : []
  const all = [...(Array.isArray(noted) ? noted : []), ...ofSnapshot]
  return [...new Set(all.filter((one): one is string => typeof one === 'string'))]
}

/** The plugin that was skipped and provides a node type: `surely` as far as known, or because its source names it. */
export function skippedProvider(
  type: string, reports: readonly PluginReport[],
): { readonly report: PluginReport; readonly surely: boolean } | undefined {
  const skipped = reports.filter(({ status }) => status === 'skipped')
  const known = skipped.find(({ nodes }) => nodes.includes(type))
  if (known) return { report: known, surely: true }
  for (const report of skipped) {
    if (report.sources.some((path) => namesType(path, type))) return { report, surely: false }
  }
  return undefined
}

/** Whether a source has the type's id as a text. Read at once, since a run waits for the answer and it is rarely asked. */
function namesType(path: string, type: string): boolean {
  try {
    const text = readFileSync(path, 'utf8')
    return [`'${type}'`, `"${type}"`, `\`${type}\``].some((literal) => text.includes(literal))
  } catch {
    return false
  }
}

const notePath = (cache: string, entry: string) =>
  join(cache, `${createHash('sha256').update(entry).digest('base64url').slice(0, 24)}.nodes.json`)

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}
