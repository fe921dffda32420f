import type { Attribute } from '../onnx/model.ts'
import type { Dim } from './dim.ts'
import type { DType } from './dtype.ts'
import type { Graph, GradientRule } from './graph.ts'
import type { Value } from './value.ts'

/** An operand's name without the `?` that marks it as optional. */
type Bare<Name extends string> = Name extends `${infer Base}?` ? Base : Name

type Operand<Name extends string> = Name extends `${string}?` ? Value | null : Value

/** The operands by name. */
export type Operands<Names extends readonly string[]> = {
  readonly [Name in Names[number] as Bare<Name>]: Operand<Name>
}

/** The operands in order. */
type OperandList<Names extends readonly string[]> = { readonly [I in keyof Names]: Operand<Names[I]> }

/** What a gradient rule sees: the operands by name, the result `y`, ∂loss/∂y as `dy`, and the options. */
export type GradientArguments<Names extends readonly string[], Options> = Operands<Names> & {
  readonly g: Graph
  readonly y: Value
  readonly dy: Value
  readonly options: Options
}

/** ∂loss/∂operand for each operand that has one; operands left out get none. Broadcasting is undone by the walk. */
type Rule<Names extends readonly string[], Options> = (x: GradientArguments<Names, Options>) => {
  readonly [Name in Names[number] as Bare<Name>]?: Value | null
}

/** Why an operator passes no gradient on. */
export interface NoGradient {
  readonly reason: string
}

/** States why an operator has no gradient. */
export const noGradient = (reason: string): NoGradient => ({ reason })

/** Everything about one operator with one output. */
export interface PrimitiveSpec<Names extends readonly string[], Options> {
  /** The ONNX operator. */
  readonly onnx: string
  readonly domain?: string
  /** The operands in ONNX's order; a `?` after the name marks an optional one. */
  readonly inputs: Names
  readonly attributes?: (options: Options) => Record<string, Attribute>
  /** Operands that carry sizes rather than numbers (axes, shapes); they follow the others and get no gradient. */
  readonly sizes?: (g: Graph, x: Operands<Names>, options: Options) => (Value | null)[]
  /** The result's shape; throws a ShapeError with the problem, to which the operator and operands are added. */
  readonly shape: (x: Operands<Names>, options: Options) => readonly Dim[]
  /** The result's element type; that of the first operand unless said. */
  readonly dtype?: (x: Operands<Names>, options: Options) => DType
  readonly flops?: (x: Operands<Names>, shape: readonly Dim[], options: Options) => Dim
  readonly grad: Rule<Names, Options> | NoGradient
}

type OptionArguments<Options> = [Options] extends [void] ? [] : [options: Options]

/** An operator as models call it: `matMul(g, a, b)`, `concat(g, [a, b], { axis: 1 })`. */
export type Primitive<Names extends readonly string[], Options> = (
  g: Graph,
  ...x: [...OperandList<Names>, ...OptionArguments<Options>]
) => Value

/** Defines an operator: its ONNX name, shape rule, cost and gradient, side by side. */
export function definePrimitive<const Names extends readonly string[], Options = void>(
  spec: PrimitiveSpec<Names, Options>,
): Primitive<Names, Options> {
  const names = spec.inputs.map((name) => name.replace('?', ''))
  return (g, ...given) => {
    const values = names.map((_, i) => (given[i] ?? null) as Value | null) // the tuple type says so: operands first
    const options = given[names.length] as Options // then the options, if the operator has any
    const x = Object.fromEntries(names.map((name, i) => [name, values[i]])) as Operands<Names> // keys are the names
    return g.checked(spec.onnx, values, () => {
      const shape = spec.shape(x, options)
      return g.emit({
        op: spec.onnx,
        domain: spec.domain ?? '',
        inputs: withoutTrailingNulls([...values, ...(spec.sizes?.(g, x, options) ?? [])]),
        attributes: spec.attributes?.(options) ?? {},
        outputs: [{ dtype: spec.dtype?.(x, options) ?? values[0]!.dtype, shape }],
        ...(spec.flops ? { flops: () => spec.flops!(x, shape, options) } : {}),
        grad: gradientRule(spec.grad, names, x, options),
      })[0]!
    })
  }
}

/** The rule by names, as the walk calls it: by position. */
function gradientRule<Names extends readonly string[], Options>(
  rule: Rule<Names, Options> | NoGradient,
  names: readonly string[],
  x: Operands<Names>,
  options: Options,
): GradientRule {
  if (typeof rule !== 'function') return rule
  return ({ g, outputs, grads }) => {
    const byName: Record<string, Value | null | undefined> = rule({ ...x, g, y: outputs[0]!, dy: grads[0]!, options })
    return names.map((name) => byName[name] ?? null)
  }
}

function withoutTrailingNulls(values: (Value | null)[]): (Value | null)[] {
  return values.slice(0, values.findLastIndex((v) => v !== null) + 1)
}
