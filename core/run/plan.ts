import type { Json } from '../types/json.ts'
import type { ResultCache } from './cache.ts'
import type { CheckedWorkflow } from './check.ts'
import type { PlanSummary } from './events.ts'
import { hold } from './holdings.ts'
import { askFingerprint, type HookHost } from './hooks.ts'
import { resultKey } from './keys.ts'
import type { PlannedNode } from './planned-node.ts'
import type { NodeResult } from './result.ts'

/** A node with the key of its result. */
export interface KeyedNode extends PlannedNode {
  readonly key: string
}

/** A needed node that does not run: its result is known, or everything that would read it is. */
export interface CachedNode extends KeyedNode {
  readonly result: NodeResult | undefined
}

/** What a run will do, each node after those it depends on. */
export interface Plan {
  readonly run: readonly KeyedNode[]
  readonly cached: readonly CachedNode[]
  readonly targets: ReadonlySet<string>
  readonly summary: PlanSummary
}

/** What planning needs to know. */
export interface PlanHost extends HookHost {
  readonly cache: ResultCache
  readonly environment: Json
}

/**
 * Decides what has to run.
 *
 * 1. Ask for fingerprints, all at once.
 * 2. Give each needed node its key, in order: a key holds the keys of the nodes it depends on.
 * 3. Walk back from what was asked for, and stop where the cache knows the result.
 */
export async function planExecution(checked: CheckedWorkflow, host: PlanHost): Promise<Plan> {
  const fingerprints = await askFingerprints(checked, host)
  const keyed = giveKeys(checked.nodes, fingerprints, host.environment)
  const results = new Map<string, NodeResult>()
  const running = await findWork(keyed, checked.targets, host.cache, results)

  const nodes = [...keyed.values()]
  const run = nodes.filter(({ path }) => running.has(path))
  const known = nodes.filter(({ path }) => !running.has(path))
  const cached = known.map((node) => ({ ...node, result: results.get(node.path) }))
  const skipped = [...checked.graph.keys()].filter((id) => !keyed.has(id))
  const summary = { run: run.map(({ path }) => path), cached: cached.map(({ path }) => path), skipped }
  return { run, cached, targets: new Set(checked.targets), summary }
}

type Fingerprints = ReadonlyMap<string, Json | undefined>

async function askFingerprints({ nodes, socketOf }: CheckedWorkflow, host: PlanHost): Promise<Fingerprints> {
  const asked = nodes.filter(({ registered }) => registered.node.fingerprint)
  const answers = await Promise.all(asked.map((node) => askFingerprint(node, socketOf, host)))
  return new Map(asked.map(({ path }, index) => [path, answers[index]]))
}

function giveKeys(
  nodes: readonly PlannedNode[],
  fingerprints: Fingerprints,
  environment: Json,
): Map<string, KeyedNode> {
  const keyed = new Map<string, KeyedNode>()
  for (const node of nodes) {
    const { path, registered, inputs, ref } = node
    const parts = { id: ref.id, registered, inputs, fingerprint: fingerprints.get(path), environment }
    keyed.set(path, { ...node, key: resultKey(parts, (from) => keyed.get(from)!.key) })
  }
  return keyed
}

/** The paths that have to run. Results found on the way are put into `results` and held; the execution lets them go. */
async function findWork(
  nodes: ReadonlyMap<string, KeyedNode>,
  targets: readonly string[],
  cache: ResultCache,
  results: Map<string, NodeResult>,
): Promise<Set<string>> {
  const running = new Set<string>()
  const open = [...targets]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (running.has(path) || results.has(path)) continue
    const node = nodes.get(path)!
    const found = cache.get(node.key)
    const result = found instanceof Promise ? await found : found
    if (result) {
      hold(result.outputs.values()) // or another run might push it out before this one reads it
      results.set(path, result)
      continue
    }
    running.add(path)
    for (const input of node.inputs) if (input.kind === 'link') open.push(input.from)
  }
  return running
}
