/** Symbolic dimensions as values: what Reshape and Expand need when a shape is known only at run time. */
import { dimSymbols, dimText, terms, type Atom, type Dim } from './dim.ts'
import { noGradient } from './primitive.ts'
import type { Graph } from './graph.ts'
import { ShapeError } from './shape-error.ts'
import type { Value } from './value.ts'

/**
 * A shape as an int64 tensor [rank]: a constant where all is known, otherwise computed from the graph inputs' shapes.
 */
export function shapeValue(g: Graph, dims: readonly Dim[]): Value {
  if (dims.every((d) => typeof d === 'number')) return intConstant(g, dims)
  return g.once(`shape [${dims.map(dimText).join()}]`, () =>
    dims.length === 1
      ? dimValue(g, dims[0]!)
      : node(
          g,
          'Concat',
          dims.map((d) => dimValue(g, d)),
          dims.length,
          { axis: { int: 0 } },
        ),
  )
}

/** One-dimensional int64 constant. */
export const intConstant = (g: Graph, numbers: readonly number[]): Value =>
  g.constant(BigInt64Array.from(numbers, BigInt), [numbers.length])

/** A dimension as a float32 number. */
export const dimScalar = (g: Graph, d: Dim): Value =>
  typeof d === 'number'
    ? g.constant(d)
    : g.once(
        `scalar ${d.text}`,
        () =>
          g.emit({
            op: 'Cast',
            inputs: [dimValue(g, d)],
            attributes: { to: { int: 1 } },
            outputs: [{ dtype: 'float32', shape: [1] }],
            grad: SIZE,
          })[0]!,
      )

const SIZE = noGradient('sizes are not differentiable')

/** A dimension as an int64 tensor [1]. */
function dimValue(g: Graph, d: Dim): Value {
  if (typeof d === 'number') return intConstant(g, [d])
  return g.once(`dim ${d.text}`, () =>
    d.terms
      .map((t) => [
        ...t.atoms.map((a) => atomValue(g, a)),
        ...(t.coefficient === 1 ? [] : [intConstant(g, [t.coefficient])]),
      ])
      .map((factors) => factors.reduce((a, b) => node(g, 'Mul', [a, b], 1)))
      .reduce((a, b) => node(g, 'Add', [a, b], 1)),
  )
}

function atomValue(g: Graph, atom: Atom): Value {
  if (atom.floor) return node(g, 'Div', [dimValue(g, atom.floor.of), intConstant(g, [atom.floor.by])], 1)
  return g.once(`dim ${atom.text}`, () => symbolValue(g, atom.text))
}

/** Reads a symbol off a graph input that has it, alone or as a·symbol + b. */
function symbolValue(g: Graph, symbol: string): Value {
  for (const input of g.inputs) {
    const axis = input.shape.findIndex((d) => readable(d, symbol))
    if (axis < 0) continue
    const size = node(g, 'Shape', [input], 1, { start: { int: axis }, end: { int: axis + 1 } })
    const { factor, offset } = linear(input.shape[axis]!, symbol)
    const shifted = offset === 0 ? size : node(g, 'Sub', [size, intConstant(g, [offset])], 1)
    return factor === 1 ? shifted : node(g, 'Div', [shifted, intConstant(g, [factor])], 1)
  }
  throw new ShapeError(
    `the dimension "${symbol}" is needed at run time, but no graph input has it on an axis of its own`,
  )
}

function readable(d: Dim, symbol: string): boolean {
  return (
    typeof d !== 'number' &&
    [...dimSymbols(d)].join() === symbol &&
    terms(d).every((t) => t.atoms.length < 2 && !t.atoms[0]?.floor)
  )
}

function linear(d: Dim, symbol: string): { factor: number; offset: number } {
  const factor = terms(d).find((t) => t.atoms[0]?.text === symbol)!.coefficient
  const offset = terms(d).find((t) => t.atoms.length === 0)?.coefficient ?? 0
  return { factor, offset }
}

function node(g: Graph, op: string, inputs: Value[], length: number, attributes = {}): Value {
  return g.emit({
    op,
    inputs,
    attributes,
    outputs: [{ dtype: 'int64', shape: [length] }],
    grad: SIZE,
  })[0]!
}
