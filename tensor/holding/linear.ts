import { dimEqual, dimMul, dimProduct, sym, type Dim } from '../graph/dim.ts'
import type { TensorEntry, TensorSource } from '../graph/entry.ts'
import type { Graph } from '../graph/graph.ts'
import { definePrimitive, noGradient } from '../graph/primitive.ts'
import { ShapeError } from '../graph/shape-error.ts'
import { intConstant } from '../graph/shape-value.ts'
import type { Value } from '../graph/value.ts'
import { cast } from '../ops/elementwise.ts'
import { gather, slice } from '../ops/join.ts'
import { gemm } from '../ops/matmul.ts'
import { reshape } from '../ops/reshape.ts'
import type { HeldMatrix, LoraBranch, Weights } from './weights.ts'

/**
 * x [..., in] · weightᵀ + bias → [..., out], for a layer that holds `weight` [out, in] and maybe `bias` [out], as
 * PyTorch stores them. However the weights are held (packed, mapped, int8) and whatever LoRA factors come beside them,
 * this is the one call. A LoRA branch adds (x · downᵀ) · upᵀ, whose factors are graph inputs: `lora.<path>.down`
 * [rank, in] and `lora.<path>.up` [out, rank], the rank known at run time, 0 for none.
 */
export function linear(g: Graph, w: Weights, x: Value): Value {
  const here = g.scope(layerName(w.path))
  const held = w.matrix(here)
  const [out, width] = sizes(held)
  if (!x.shape.at(-1) || !dimEqual(x.shape.at(-1)!, width)) {
    here.checked('linear', [x], () => {
      throw new ShapeError(`the weight "${held.key}" [${out}, ${width}] takes ${width} channels`)
    })
  }
  // [N, in]: one matrix product; what several layers read is flattened once
  const tokens = g.once(`tokens ${x.name}`, () => reshape(here, x, [dimProduct(x.shape.slice(0, -1)), width]))
  const bias = w.has('bias') ? w.tensor(here, 'bias', [out]) : null
  const y = product(here, tokens, held, bias)
  return reshape(here, w.branch ? addBranch(here, tokens, y, w.branch, [out, width]) : y, [
    ...x.shape.slice(0, -1),
    out,
  ])
}

/** The end of a module path that tells one layer from its neighbours: `to_q`, `to_out.0`. */
function layerName(path: string): string {
  const parts = path.split('.')
  const named = parts.findLastIndex((part) => !/^\d+$/.test(part))
  return parts.slice(Math.max(0, named)).join('.')
}

function sizes(held: HeldMatrix): readonly [out: number, width: number] {
  const [rows, columns] = held.weight.shape as readonly [number, number] // two axes, checked by Weights.matrix
  return held.hold === 'int8' ? [columns, rows] : [rows, columns]
}

function product(g: Graph, x: Value, held: HeldMatrix, bias: Value | null): Value {
  if (held.hold === 'int8') return int8Product(g, x, held.weight, held.scale, held.key, bias)
  if (held.hold === 'packed') return gemm(g, x, packed(g, held), { transB: true, bias })
  g.keepMapped()
  return gemm(g, x, mapped(g, held.key, held.weight, x), { transB: true, bias })
}

/** The matrix as float32; from half precision it is cast when the session is made (one copy). */
const packed = (g: Graph, { key, weight }: { key: string; weight: TensorSource }): Value =>
  g.once(`float32 ${key}`, () => cast(g, g.initializer(key, weight), 'float32'))

/**
 * The matrix as it lies in its file. Half precision is cast where it is used: behind a Reshape whose target depends on
 * x, so that the runtime can neither fold the cast into a copy nor schedule all of them first.
 */
function mapped(g: Graph, key: string, weight: TensorSource, x: Value): Value {
  const raw = g.initializer(key, weight)
  if (raw.dtype === 'float32') return raw
  const target = ints(g, 'Add', [zeroFrom(g, x), intConstant(g, weight.shape)], 2)
  const late = g.emit({
    op: 'Reshape',
    inputs: [raw, target],
    outputs: [{ dtype: raw.dtype, shape: weight.shape }],
    grad: FIXED,
  })
  return cast(g, late[0]!, 'float32')
}

/** int64 [1] that is 0, which the runtime can know only once x is there. */
function zeroFrom(g: Graph, x: Value): Value {
  const first = { start: { int: 0 }, end: { int: 1 } }
  // A shape that is known when the session is made would be folded, so then it comes from an element of x.
  const some =
    typeof x.shape[0] === 'number'
      ? cast(
          g,
          reshape(g, slice(g, slice(g, x, { axis: 0, start: 0, end: 1 }), { axis: 1, start: 0, end: 1 }), [1]),
          'int64',
        )
      : ints(g, 'Shape', [x], 1, first)
  return ints(g, 'Mul', [some, intConstant(g, [0])], 1)
}

const FIXED = noGradient('mapped weights are not trained')

const ints = (
  g: Graph,
  op: string,
  inputs: Value[],
  length: number,
  attributes: Record<string, { int: number }> = {},
): Value => g.emit({ op, inputs, attributes, outputs: [{ dtype: 'int64', shape: [length] }], grad: FIXED })[0]!

/** The whole product in int8: x is quantised per tensor while it runs, the weight was, per output channel. */
function int8Product(
  g: Graph,
  x: Value,
  weight: TensorEntry,
  scale: TensorEntry,
  key: string,
  bias: Value | null,
): Value {
  return dynamicQuantizeMatMul(
    g,
    x,
    g.initializer(`${key}.int8`, weight),
    g.initializer(`${key}.scale`, scale),
    null,
    bias,
  )
}

const dynamicQuantizeMatMul = definePrimitive({
  onnx: 'DynamicQuantizeMatMul',
  domain: 'com.microsoft',
  inputs: ['x', 'weight', 'scale', 'zeroPoint?', 'bias?'],
  shape: ({ x, weight, scale }) => {
    if (!dimEqual(x.shape.at(-1)!, weight.shape[0]!)) throw new ShapeError('the inner dimensions differ')
    if (!dimEqual(scale.shape[0]!, weight.shape[1]!)) throw new ShapeError('one scale an output channel is needed')
    return [...x.shape.slice(0, -1), weight.shape[1]!]
  },
  flops: ({ x }, shape) => dimMul(2, dimProduct(shape), x.shape.at(-1)!),
  grad: noGradient('quantised weights are not trained'),
})

/** y + (x · downᵀ) · upᵀ: the sum is the second product's bias, so it costs no pass of its own. */
function addBranch(g: Graph, x: Value, y: Value, branch: LoraBranch, [out, width]: readonly [number, number]): Value {
  if (branch.in !== width || branch.out !== out) {
    throw new ShapeError(`the LoRA for "${branch.path}" is [${branch.out}, ${branch.in}], the layer [${out}, ${width}]`)
  }
  // A symbol for each layer: the runtime may share buffers between equal symbols, and ranks differ.
  const symbol = `rank.${branch.path}`,
    rank: Dim = sym(symbol)
  g.defaultDim(symbol, 0)
  const down = g.once(`lora.${branch.path}.down`, () => g.input(`lora.${branch.path}.down`, 'float32', [rank, width]))
  const up = g.once(`lora.${branch.path}.up`, () => g.input(`lora.${branch.path}.up`, 'float32', [out, rank]))
  return gemm(g, gemm(g, x, down, { transB: true }), up, { transB: true, bias: y })
}

/**
 * Rows of the table `weight` [n, d] for ids int64 [...] → float32 [..., d]. Only the rows taken are cast; on webgpu,
 * whose shaders may know no half precision, it is the table, when the session is made.
 */
export function embedding(g: Graph, w: Weights, ids: Value): Value {
  const here = g.scope(layerName(w.path))
  if (g.target.device === 'webgpu') return gather(here, w.tensor(here, 'weight'), ids)
  return cast(here, gather(here, w.raw(here, 'weight'), ids), 'float32')
}
