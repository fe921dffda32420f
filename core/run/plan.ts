import type { MaybePromise } from '../types/json.ts'
import type { ResultCache } from './cache.ts'
import type { CheckedWorkflow } from './check.ts'
import type { PlanSummary } from './events.ts'
import { hold } from './holdings.ts'
import type { LinkInput, PlannedInput } from './planned-node.ts'
import type { NodeResult } from './result.ts'
import { RunGraph, type GraphHost, type KeyedNode } from './run-graph.ts'

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
  /** All nodes with their keys; expansions add theirs. */
  readonly graph: RunGraph
}

/** What planning needs to know. */
export interface PlanHost extends GraphHost {
  readonly cache: ResultCache
}

/**
 * Decides what has to run.
 *
 * 1. Ask for fingerprints, all at once, and give each needed node its key, in order: a key holds the keys of the nodes
 *    it depends on.
 * 2. Walk back from what was asked for, and stop where the cache knows the result, and at inputs that are lazy.
 * 3. What the walk did not come to is behind a known result, or waits to be asked for by a lazy input.
 */
export async function planExecution(checked: CheckedWorkflow, host: PlanHost): Promise<Plan> {
  const graph = new RunGraph(checked, host)
  await graph.add(checked.nodes)
  const work = await findWork(checked.targets, graph, host.cache, () => false)
  const behind = firmlyNeeded(checked, graph)

  const run: KeyedNode[] = []
  const cached: CachedNode[] = []
  const lazy: string[] = []
  for (const node of graph.nodes) {
    if (work.running.has(node.path)) run.push(node)
    else if (!work.results.has(node.path) && !behind.has(node.path)) lazy.push(node.path)
    else cached.push({ ...node, result: work.results.get(node.path) })
  }
  const isWhole = checked.graph.size === checked.nodes.length
  const skipped = isWhole ? [] : [...checked.graph.keys()].filter((id) => !graph.at(id))
  const { mapped } = checked
  const summary: PlanSummary = {
    run: run.map(({ path }) => path),
    cached: cached.map(({ path }) => path),
    skipped,
    ...(lazy.length > 0 && { lazy }),
    ...(mapped.length > 0 && { mapped }),
  }
  return { run, cached, targets: new Set(checked.targets), summary, graph }
}

/** What is needed without any lazy input asking for it. */
function firmlyNeeded({ targets }: CheckedWorkflow, graph: RunGraph): ReadonlySet<string> {
  const found = new Set(targets)
  const open = [...targets]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const input of graph.at(path)!.inputs) {
      if (!isFirm(input) || found.has(input.from)) continue
      found.add(input.from)
      open.push(input.from)
    }
  }
  return found
}

/** Whether a node can't do without what comes in here: through a link that is not lazy. */
function isFirm(input: PlannedInput): input is LinkInput {
  return input.kind === 'link' && !input.definition.lazy
}

/** What has to run for some nodes, and the results that were found on the way. */
export interface Work {
  readonly running: ReadonlySet<string>
  /** Held; the execution lets them go. */
  readonly results: ReadonlyMap<string, NodeResult>
}

/**
 * Walks back from some nodes to all that has to run for them.
 * @param isUnderWay whether a node is being seen to already
 */
export async function findWork(
  targets: Iterable<string>,
  graph: RunGraph,
  cache: ResultCache,
  isUnderWay: (path: string) => boolean,
): Promise<Work> {
  const running = new Set<string>()
  const results = new Map<string, NodeResult>()
  const open = [...targets]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (running.has(path) || results.has(path) || isUnderWay(path)) continue
    const node = graph.at(path)!
    const found: MaybePromise<NodeResult | undefined> = cache.get(node.key)
    const result = found instanceof Promise ? await found : found
    if (result) {
      hold(result.outputs.values()) // or another run might push it out before this one reads it
      results.set(path, result)
      continue
    }
    running.add(path)
    for (const input of node.inputs) if (isFirm(input)) open.push(input.from)
  }
  return { running, results }
}
