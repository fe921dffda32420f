/** Convolutions and what goes with them: padding and nearest up-sampling. */
import { dimAdd, dimEqual, dimFloorDiv, dimMul, dimProduct, type Dim } from '../graph/dim.ts'
import type { Graph } from '../graph/graph.ts'
import { definePrimitive, noGradient } from '../graph/primitive.ts'
import { ShapeError } from '../graph/shape-error.ts'
import { intConstant } from '../graph/shape-value.ts'
import type { Value } from '../graph/value.ts'
import { knownSize } from './shapes.ts'

export interface ConvOptions {
  /** One number for all axes, or one an axis; 1 unless said. */
  readonly stride?: number | readonly number[]
  /** Zeros before each spatial axis, then behind each ([t, l, b, r] in 2D); none unless said. */
  readonly padding?: readonly number[]
  readonly groups?: number
}

interface Geometry {
  readonly axes: number
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly groups: number
}

/** x [N, C, H, W] with weight [O, C / groups, kH, kW] and bias [O] → [N, O, H', W']. */
export const conv2d = (
  g: Graph,
  x: Value,
  weight: Value,
  bias: Value | null = null,
  options: ConvOptions = {},
): Value => conv(g, x, weight, bias, geometry(2, options))

/** x [N, C, F, H, W] with weight [O, C / groups, kF, kH, kW] and bias [O] → [N, O, F', H', W']. */
export const conv3d = (
  g: Graph,
  x: Value,
  weight: Value,
  bias: Value | null = null,
  options: ConvOptions = {},
): Value => conv(g, x, weight, bias, geometry(3, options))

function geometry(axes: number, { stride = 1, padding, groups = 1 }: ConvOptions): Geometry {
  const strides = typeof stride === 'number' ? Array<number>(axes).fill(stride) : stride
  return { axes, groups, stride: strides, padding: padding ?? Array<number>(2 * axes).fill(0) }
}

const conv = definePrimitive<['x', 'weight', 'bias?'], Geometry>({
  onnx: 'Conv',
  inputs: ['x', 'weight', 'bias?'],
  attributes: ({ stride, padding, groups }) => ({
    strides: { ints: stride },
    pads: { ints: padding },
    group: { int: groups },
  }),
  shape: (x, geometry) => convShape(x, geometry),
  flops: ({ weight }, shape) => dimMul(2, dimProduct(shape), dimProduct(weight.shape.slice(1))),
  grad: noGradient('training through convolutions is not needed: patch embedding and autoencoders stay as they are'),
})

function convShape(
  { x, weight, bias }: { x: Value; weight: Value; bias: Value | null },
  { axes, stride, padding, groups }: Geometry,
) {
  if (x.shape.length !== axes + 2 || weight.shape.length !== axes + 2)
    throw new ShapeError(`both operands need ${axes + 2} axes`)
  if (stride.length !== axes || padding.length !== 2 * axes)
    throw new ShapeError(`needs ${axes} strides and ${2 * axes} paddings`)
  if (!dimEqual(x.shape[1]!, dimMul(groups, weight.shape[1]!))) throw new ShapeError('the numbers of channels differ')
  if (bias && !dimEqual(bias.shape[0]!, weight.shape[0]!))
    throw new ShapeError('the bias does not fit the output channels')
  const spatial = stride.map((step, i) => {
    const kernel = knownSize(weight, i + 2, 'it is the kernel')
    return windows(dimAdd(x.shape[i + 2]!, padding[i]!, padding[i + axes]!), kernel, step)
  })
  return [x.shape[0]!, weight.shape[0]!, ...spatial]
}

/** How many windows of `kernel` fit into a length, `step` apart. */
const windows = (length: Dim, kernel: number, step: number): Dim =>
  dimAdd(dimFloorDiv(dimAdd(length, -kernel), step), 1)

/** Zeros around x: `pads` has one count before each axis, then one behind each. */
export const pad = (g: Graph, x: Value, pads: readonly number[]): Value => padTo(g, x, { pads })

const padTo = definePrimitive<['x'], { pads: readonly number[] }>({
  onnx: 'Pad',
  inputs: ['x'],
  sizes: (g, _, { pads }) => [intConstant(g, pads)],
  shape: ({ x }, { pads }) => {
    const rank = x.shape.length
    if (pads.length !== 2 * rank)
      throw new ShapeError(`${2 * rank} counts are needed, one before each axis and one behind each`)
    return x.shape.map((d, i) => dimAdd(d, pads[i]!, pads[i + rank]!))
  },
  grad: ({ g, dy, options: { pads } }) => ({
    x: pad(
      g,
      dy,
      pads.map((p) => -p),
    ),
  }),
})

/** Every pixel of x [N, C, H, W] twice along H and W. */
export const upsampleNearest2x = (g: Graph, x: Value): Value => resize(g, x)

const resize = definePrimitive({
  onnx: 'Resize',
  inputs: ['x'],
  attributes: () => ({
    mode: { string: 'nearest' },
    nearest_mode: { string: 'floor' },
    coordinate_transformation_mode: { string: 'asymmetric' },
  }),
  sizes: (g) => [null, g.constant(Float32Array.of(1, 1, 2, 2))],
  shape: ({ x }) => {
    if (x.shape.length !== 4) throw new ShapeError('it needs four axes: [N, C, H, W]')
    return x.shape.map((d, i) => (i < 2 ? d : dimMul(2, d)))
  },
  grad: noGradient('it is used in autoencoders, which stay as they are'),
})
