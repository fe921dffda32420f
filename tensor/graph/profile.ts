/** What a profile of ONNX Runtime says about a model's cost: which share of its operations ran where. */

/** One record of a profile's file, as far as it is read. */
export interface ProfileEvent {
  readonly cat?: string
  readonly name?: string
  /** Microseconds. */
  readonly dur?: number
  readonly args?: { readonly op_name?: string; readonly provider?: string }
}

/**
 * Floating-point operations by execution provider (`CPUExecutionProvider`, `WebGpuExecutionProvider`, …), each node
 * counted once however often it ran.
 * @param byNode what `BuiltModel.flops` counted for the same sizes
 * @returns a map that also has `unknown`: what was counted for nodes that the runtime fused away or did not run
 */
export function flopsByProvider(
  events: readonly ProfileEvent[],
  byNode: ReadonlyMap<string, number>,
): Map<string, number> {
  const providers = new Map(
    events.flatMap(({ cat, name, args }) =>
      cat === 'Node' && name && args?.provider ? [[nodeName(name), args.provider] as const] : [],
    ),
  )
  const sums = new Map<string, number>([['unknown', 0]])
  for (const [node, flops] of byNode) {
    const provider = providers.get(node) ?? 'unknown'
    sums.set(provider, (sums.get(provider) ?? 0) + flops)
  }
  return sums
}

/**
 * The node's name as it was built: the runtime adds a suffix to events, and another to nodes whose layout it changed.
 */
const nodeName = (event: string): string => event.replace(/_kernel_time$/, '').replace(/_token_\d+$/, '')
