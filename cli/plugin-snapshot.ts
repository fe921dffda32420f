/** The definitions of a plugin's nodes in a file beside it, so that a change that breaks workflows shows in review. */
import { readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { PLUGIN_API } from '../core/plugins/api-version.ts'
import { compareDefinitions, type DefinitionChange } from '../core/plugins/compare-definitions.ts'
import type { NodeDefinition } from '../core/types/definition.ts'
import type { OwnPlugin } from './commands/plugins.ts'
import { EXIT } from './exit.ts'

const FILE = 'kinograph.snapshot.json'

/** What the file holds. */
interface Snapshot {
  readonly plugin: string
  readonly version: string
  readonly apiVersion: string
  readonly nodes: readonly NodeDefinition[]
}

/** `kinograph plugins snapshot`. */
export async function writeSnapshot({ report, definitions }: OwnPlugin): Promise<number> {
  const { name, version = '0.0.0', folder } = report
  const snapshot: Snapshot = { plugin: name, version, apiVersion: PLUGIN_API, nodes: definitions.map(withoutFoundChoices) }
  const path = join(folder, FILE)
  await writeFile(path, `${JSON.stringify(snapshot, null, 2)}\n`)
  process.stdout.write(`${relative(process.cwd(), path)}: ${definitions.length} ${definitions.length === 1 ? 'node' : 'nodes'} of ${name} ${version}\n`)
  return EXIT.ok
}

/** Choices that are looked up (files in a folder) belong to this machine, not to the plugin. */
function withoutFoundChoices(node: NodeDefinition): NodeDefinition {
  const inputs = node.inputs.map(({ choices, ...input }) => ({ ...input, ...(choices && !input.computed && { choices }) }))
  return { ...node, inputs }
}

/** `kinograph plugins check`: fails when something breaks and the version does not say so. */
export async function checkSnapshot({ report, definitions }: OwnPlugin): Promise<number> {
  const { name, version = '0.0.0', folder } = report
  const snapshot = await readSnapshot(join(folder, FILE))
  if (snapshot === undefined) {
    process.stdout.write(`${name} has no ${FILE} yet: "kinograph plugins snapshot" writes it. Keep it with the sources.\n`)
    return EXIT.ok
  }
  if ('unreadable' in snapshot) {
    process.stderr.write(`error: ${join(folder, FILE)}: ${snapshot.unreadable}. Write it anew with "kinograph plugins snapshot".\n`)
    return EXIT.badInput
  }
  const changes = compareDefinitions(snapshot.nodes, definitions.map(withoutFoundChoices))
  for (const change of changes) process.stdout.write(`${lineOf(change)}\n`)
  const isBroken = changes.some(({ breaking }) => breaking)
  if (!isBroken) {
    process.stdout.write(`${name} ${version} breaks nothing that ${snapshot.version} had.\n`)
    return EXIT.ok
  }
  if (isMajorRaise(snapshot.version, version)) {
    process.stdout.write(`${name} ${version} breaks what ${snapshot.version} had, as its version says.\n`)
    return EXIT.ok
  }
  process.stderr.write(`error: ${name} ${version} breaks workflows that were made with ${snapshot.version}. ` +
    `Take that back, or raise the version to ${nextMajor(snapshot.version)}.\n`)
  return EXIT.failed
}

const lineOf = ({ node, breaking, change }: DefinitionChange) => `${breaking ? 'breaking  ' : '          '}${node}: ${change}`

async function readSnapshot(path: string): Promise<Snapshot | { readonly unreadable: string } | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    const nodes: unknown = Reflect.get(Object(value), 'nodes')
    const isNode = (one: unknown) => ['inputs', 'outputs'].every((key) => Array.isArray(Reflect.get(Object(one), key)))
    if (!Array.isArray(nodes) || !nodes.every(isNode)) return { unreadable: 'it has no list of node definitions' }
    return value as Snapshot // the parts that are compared have just been looked at
  } catch {
    return { unreadable: 'it is no JSON' }
  }
}

/** Major and minor; before 1.0.0 a new minor version may break. */
function parts(version: string): [major: number, minor: number] {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0)
  return [major, minor]
}

function isMajorRaise(before: string, after: string): boolean {
  const [[major, minor], [newMajor, newMinor]] = [parts(before), parts(after)]
  return newMajor > major || (major === 0 && newMajor === 0 && newMinor > minor)
}

function nextMajor(version: string): string {
  const [major, minor] = parts(version)
  return major === 0 ? `0.${minor + 1}.0` : `${major + 1}.0.0`
}
