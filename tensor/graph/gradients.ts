/** Reverse-mode differentiation: a graph's backward pass, written into the same graph with the same operators. */
import { add } from '../ops/elementwise.ts'
import { reduceSum } from '../ops/reduce.ts'
import { expand, reshape } from '../ops/reshape.ts'
import { dimEqual, shapeEqual, type Dim } from './dim.ts'
import type { Graph, GraphNode } from './graph.ts'
import { ShapeError } from './shape-error.ts'
import type { Value } from './value.ts'

/** A gradient that was asked for through an operator that has none. */
export class GradientError extends Error {
  constructor(node: string, op: string, reason: string) {
    super(`no gradient flows through ${op} (node "${node}"): ${reason}`)
    this.name = 'GradientError'
  }
}

/**
 * ∂loss/∂param for each parameter, in the parameter's shape; zeros where the loss does not depend on it.
 * @param loss a single float32 number
 * @throws GradientError where a path from a parameter to the loss passes an operator without a gradient
 */
export function gradients(g: Graph, loss: Value, params: readonly Value[]): Value[] {
  const one = g.checked('gradients', [loss], () => {
    if (loss.shape.some((d) => d !== 1)) throw new ShapeError('the loss must be a single number')
    return reshape(g, g.constant(1), loss.shape)
  })
  const found = new Map([[loss.name, one]])
  const nodes = between(g.nodes, params)
  for (const { node, reached } of nodes.toReversed())
    passBack(g.scope('gradients').scope(node.name), node, reached, found)
  return params.map((param) => found.get(param.name) ?? expand(g, g.constant(0), param.shape))
}

/** The nodes that depend on a parameter, each with which of its inputs do. */
function between(nodes: readonly GraphNode[], params: readonly Value[]): { node: GraphNode; reached: boolean[] }[] {
  const dependent = new Set(params.map((param) => param.name))
  return nodes.flatMap((node) => {
    const reached = node.inputs.map((input) => input !== null && dependent.has(input.name))
    if (!reached.includes(true)) return []
    for (const output of node.outputs) dependent.add(output.name)
    return [{ node, reached }]
  })
}

/** Adds what a node's outputs pass back to its inputs. */
function passBack(g: Graph, node: GraphNode, reached: readonly boolean[], found: Map<string, Value>): void {
  const grads = node.outputs.map((output) => found.get(output.name) ?? null)
  if (grads.every((grad) => grad === null)) return
  if (typeof node.grad !== 'function') throw new GradientError(node.name, node.op, node.grad.reason)
  const passed = node.grad({ g, inputs: node.inputs, outputs: node.outputs, grads })
  for (const [i, grad] of passed.entries()) {
    const input = node.inputs[i]
    if (!grad || !input || !reached[i]) continue
    const summed = sumTo(g, grad, input.shape),
      before = found.get(input.name)
    found.set(input.name, before ? add(g, before, summed) : summed)
  }
}

/** Undoes broadcasting: sums over the axes along which a tensor of this shape was repeated. */
function sumTo(g: Graph, grad: Value, shape: readonly Dim[]): Value {
  if (shapeEqual(grad.shape, shape)) return grad
  const extra = grad.shape.length - shape.length
  const repeated = grad.shape.flatMap((d, i) => (i < extra || (shape[i - extra] === 1 && !dimEqual(d, 1)) ? [i] : []))
  return reshape(g, reduceSum(g, grad, repeated), shape)
}
