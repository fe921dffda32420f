import { NO_CHECKPOINT, type Checkpoint, type CheckpointKeeper, type OpenCheckpoint } from '../types/checkpoint.ts'
import { shortText } from '../types/json.ts'
import type { JsonObject } from '../types/json.ts'
import type { NodeContext, Paths, UiResult } from '../types/node-type.ts'
import type { Service } from '../types/service.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { drawExpansion } from './draw-expansion.ts'
import { checkUi } from './hook-answers.ts'
import type { EventStream } from './events.ts'
import { ProgressGate } from './progress.ts'
import { mergedUi, type NodeWarning } from './result.ts'
import type { KeyedNode, RunGraph } from './run-graph.ts'

/** What a node's context hands on to. */
export interface ContextHost {
  readonly signal: AbortSignal
  readonly paths: Paths
  readonly services: ReadonlyMap<string, unknown>
  readonly checkpoints: CheckpointKeeper | undefined
  readonly events: EventStream
  readonly graph: RunGraph
}

/** A node's context with what the node left in it. */
export interface OpenContext {
  readonly context: NodeContext
  readonly warnings: readonly NodeWarning[]
  readonly ui: () => UiResult | undefined
  /** Ends it: what the node calls from now on is passed over. */
  close(): void
}

type Publish = (outputs: ReadonlyMap<string, unknown>) => void

/** Opens the context of one node. Its functions are free of `this`, so that `run` may take them apart. */
export function openContext(planned: KeyedNode, host: ContextHost, publish: Publish): OpenContext {
  const { path, shown, ref, item, key } = planned
  const warnings: NodeWarning[] = []
  let ui: UiResult | undefined
  let isOpen = true
  let gate: ProgressGate | undefined
  const place = { path: item?.of ?? path, shown, ...(item && { item: item.index }) }
  const warn = (message: string, details?: JsonObject) => {
    if (!isOpen) return
    if (typeof message !== 'string') throw new TypeError(`ctx.warn: expected a text, got ${shortText(message)}`)
    const warning = details ? { message, details } : { message }
    warnings.push(warning)
    host.events.emit({ type: 'node.warning', node: path, shown, ...warning })
  }
  let checkpoint: OpenCheckpoint | undefined
  const opened = () => (checkpoint ??= (isOpen ? host.checkpoints?.open({ key, place, warn }) : undefined) ?? NO_CHECKPOINT)
  const context: NodeContext = {
    signal: host.signal,
    node: ref,
    place,
    paths: host.paths,
    progress: (value, max, extra) => {
      if (!isOpen) return
      const about = item ? { ...extra, item: item.index, items: item.count } : extra
      gate ??= new ProgressGate((latest) => host.events.emit({ type: 'node.progress', node: path, shown, ...latest }))
      checkProgress(value, max)
      gate.report(about ? { value, max, extra: about } : { value, max })
    },
    warn,
    checkpoint: checkpointOf(opened),
    use: (service) => useService(host.services, service),
    publish: (outputs) => {
      if (isOpen) publish(new Map(Object.entries(outputs)))
    },
    ui: (result) => {
      if (!isOpen) return
      checkUi(result)
      ui = { ...ui, ...result }
    },
    expand: (draw, options = {}) => {
      return drawExpansion(draw, options, placeOf(planned, options.continues ?? false, host.graph))
    },
  }
  const close = () => {
    isOpen = false
    gate?.close()
    checkpoint?.close()
  }
  return { context, warnings, ui: () => ui && mergedUi([ui]), close }
}

/** Opened when the node first asks: most never do. */
const checkpointOf = (opened: () => Checkpoint): Checkpoint => ({
  load: () => opened().load(),
  due: (step) => opened().due(step),
  save: (bytes) => opened().save(bytes),
})

function checkProgress(value: number, max: number): void {
  if (Number.isFinite(value) && Number.isFinite(max)) return
  throw new TypeError(`ctx.progress: expected two numbers, value and max, got ${shortText(value)} and ${shortText(max)}`)
}

/** Where the nodes of an expansion get their paths: within the node, or beside it. */
function placeOf({ path, place }: KeyedNode, continues: boolean, graph: RunGraph) {
  const base = continues && place ? place.base : path
  return {
    base,
    nextNumber: () => graph.prompt.nextNumber(base),
    isTaken: (taken: string) => graph.prompt.has(taken),
    firstOutput: (type: string) => graph.definitions.get(type)?.outputs[0]?.name,
  }
}

function useService<T>(services: ReadonlyMap<string, unknown>, { id }: Service<T>): T {
  if (!services.has(id)) {
    throw new WorkflowError({
      code: 'missing_service',
      problem: `it needs the service "${id}", which this run does not have`,
      remedy: 'Run it where that service is provided, or provide it in the options of the run.',
    })
  }
  return services.get(id) as T // `provide` let nothing but a T in under a service's id
}
