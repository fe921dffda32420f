import type { Attribute } from '../onnx/model.ts'
import { encodeModel } from '../onnx/model.ts'
import type { Dim } from './dim.ts'
import { evalDim } from './dim.ts'
import type { DType, TensorArray } from './dtype.ts'
import { DTYPE_BYTES, dtypeOf, elementCount } from './dtype.ts'
import { isEntry, type TensorSource } from './entry.ts'
import { layOut } from './external.ts'
import { ShapeError } from './shape-error.ts'
import type { Value } from './value.ts'
import { valueText } from './value.ts'

/** Where a graph will run; layers lower differently on each device, and in training. */
export interface Target {
  readonly device: 'cpu' | 'cuda' | 'webgpu'
  /** Fused operators are written out in primitives, which have gradients. */
  readonly training?: boolean
}

export interface GraphOptions {
  readonly name?: string
  readonly target?: Target
  /** Tapped values become outputs. */
  readonly taps?: boolean
}

/** What a gradient rule is given: ∂loss/∂output for each output (null where none flows), and the graph to add to. */
export interface GradientContext {
  readonly g: Graph
  readonly inputs: readonly (Value | null)[]
  readonly outputs: readonly Value[]
  readonly grads: readonly (Value | null)[]
}

/** ∂loss/∂input for each input, null where none flows; or the reason why there is none. */
export type GradientRule = ((context: GradientContext) => readonly (Value | null)[]) | { readonly reason: string }

/** An operator to add to a graph. */
export interface NodeSpec {
  /** The ONNX operator's name. */
  readonly op: string
  /** '' (ai.onnx) unless said. */
  readonly domain?: string
  readonly inputs: readonly (Value | null)[]
  readonly outputs: readonly { readonly dtype: DType; readonly shape: readonly Dim[] }[]
  readonly attributes?: Readonly<Record<string, Attribute>>
  /** Floating-point operations, a multiply-add counted as 2; worked out only when asked for. */
  readonly flops?: () => Dim
  readonly grad: GradientRule
}

/** An operator in a graph. */
export interface GraphNode extends NodeSpec {
  readonly name: string
  readonly outputs: readonly Value[]
}

/** A graph ready for ONNX Runtime. */
export interface BuiltModel {
  /** ONNX ModelProto; its initializers lie outside it where they lie in files. */
  readonly bytes: Uint8Array
  /** For session option `model_external_initializers_file_folder_path`; null where no file is named. */
  readonly externalRoot: string | null
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  /** Bytes of the weights: in files, what all would be as float32, and inside `bytes`. */
  readonly weightBytes: { readonly file: number; readonly float32: number; readonly inline: number }
  /** false: the session must be made with `disable_prepacking=1`, so that mapped weights are not copied. */
  readonly prepack: boolean
  /** Floating-point operations (multiply-add = 2) of one run with these sizes, by node name too. */
  flops(bindings: Readonly<Record<string, number>>): { readonly total: number; readonly byNode: Map<string, number> }
}

interface State {
  readonly name: string
  readonly taps: boolean
  readonly nodes: GraphNode[]
  readonly producers: Map<string, GraphNode>
  readonly inputs: Value[]
  readonly outputs: Map<string, Value>
  readonly initializers: Map<string, { readonly value: Value; readonly source: TensorSource }>
  readonly names: Map<string, number>
  readonly memo: Map<string, Value>
  readonly defaults: Map<string, number>
  prepack: boolean
}

const newState = ({ name = 'kinograph', taps = false }: GraphOptions): State => ({
  name,
  taps,
  prepack: true,
  nodes: [],
  producers: new Map(),
  inputs: [],
  outputs: new Map(),
  initializers: new Map(),
  names: new Map(),
  memo: new Map(),
  defaults: new Map(),
})

/**
 * An ONNX graph being written. Operators are functions that take it first: `add(g, x, y)`. Shapes and types are
 * inferred at once, so what does not fit throws a ShapeError on the line that wrote it.
 */
export class Graph {
  readonly target: Target
  /** The scope path of this view: the part of the model that is being built. */
  readonly path: string
  readonly #state: State

  constructor(options: GraphOptions = {}, view?: { readonly of: Graph; readonly path: string }) {
    this.target = view?.of.target ?? options.target ?? { device: 'cpu' }
    this.path = view?.path ?? ''
    this.#state = view ? view.of.#state : newState(options)
  }

  /** The same graph, one level deeper: node names and error messages carry the longer path. */
  scope(path: string): Graph {
    return new Graph({}, { of: this, path: this.path ? `${this.path}/${path}` : path })
  }

  /** An input of the graph; the name must be new. */
  input(name: string, dtype: DType, shape: readonly Dim[]): Value {
    const { inputs } = this.#state
    if (inputs.some((i) => i.name === name)) throw new ShapeError(`the graph already has an input "${name}"`, this)
    const value = { name, dtype, shape }
    inputs.push(value)
    return value
  }

  /** The inputs declared until now, in order. */
  get inputs(): readonly Value[] {
    return this.#state.inputs
  }

  /** The nodes written until now, in running order. */
  get nodes(): readonly GraphNode[] {
    return this.#state.nodes
  }

  /** The node that makes a value; undefined for inputs and weights. */
  producer(value: Value): GraphNode | undefined {
    return this.#state.producers.get(value.name)
  }

  /** A constant tensor, inside the model; a number makes a float32 scalar. */
  constant(data: TensorArray | number, shape?: readonly number[], dtype?: DType): Value {
    const array = typeof data === 'number' ? Float32Array.of(data) : data
    const dims = shape ?? (typeof data === 'number' ? [] : [array.length])
    if (elementCount(dims) !== array.length) {
      throw new ShapeError(`a constant of shape [${dims.join(', ')}] was given ${array.length} elements`, this)
    }
    const source = { dtype: dtype ?? dtypeOf(array), shape: dims, data: array }
    const make = () => this.initializer(this.#unique('constant'), source)
    return array.length > 16
      ? make()
      : this.once(`constant ${source.dtype} [${dims.join()}] ${[...array].map(exactText).join()}`, make)
  }

  /** A weight of the graph, in its own element type, under its own name; asked for twice, it is the same value. */
  initializer(name: string, source: TensorSource): Value {
    const { initializers } = this.#state
    const known = initializers.get(name)
    if (known && known.source !== source) throw new ShapeError(`the graph already has another weight "${name}"`, this)
    const value = known?.value ?? { name, dtype: source.dtype, shape: source.shape }
    initializers.set(name, { value, source })
    return value
  }

  /** The value that `make` gave the first time this key was asked for in this graph. */
  once(key: string, make: () => Value): Value {
    const { memo } = this.#state
    const value = memo.get(key) ?? make()
    memo.set(key, value)
    return value
  }

  /** Shows a value to tests: in a graph with taps it also becomes the output `name`. Gives the value back. */
  tap(name: string, value: Value): Value {
    if (this.#state.taps) this.output(name, value)
    return value
  }

  /** Makes a value an output of the graph. */
  output(name: string, value: Value): void {
    const { outputs } = this.#state
    if (outputs.has(name)) throw new ShapeError(`the graph already has an output "${name}"`, this)
    outputs.set(name, value)
  }

  /** Weights stay mapped: the session must not copy them into packed form. */
  keepMapped(): void {
    this.#state.prepack = false
  }

  /** What a dimension counts as in `flops` when it is not bound. */
  defaultDim(symbol: string, size: number): void {
    this.#state.defaults.set(symbol, size)
  }

  /** Adds an operator and gives its outputs; what operator definitions call. */
  emit(spec: NodeSpec): Value[] {
    const state = this.#state
    const name = this.#unique(spec.op)
    const outputs = spec.outputs.map(({ dtype, shape }, i) => ({ name: i === 0 ? name : `${name}:${i}`, dtype, shape }))
    const node = { ...spec, name, outputs }
    state.nodes.push(node)
    for (const output of outputs) state.producers.set(output.name, node)
    return outputs
  }

  /** Runs a shape rule; a ShapeError in it is told with the operator, its operands and the scope path. */
  checked<T>(op: string, operands: readonly (Value | null)[], rule: () => T): T {
    try {
      return rule()
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
      throw error.at({ op, operands: operands.map((v) => (v ? valueText(v) : 'none')), path: this.path })
    }
  }

  /** The graph as an ONNX model; nodes and weights that no output needs are left out. */
  toModel(): BuiltModel {
    const state = this.#state
    const { nodes, weights } = this.#live()
    const outputs = [...state.outputs].map(([name, value]) => ({ name, dtype: value.dtype, shape: value.shape }))
    const { externalRoot, initializers } = layOut(weights)
    const bytes = encodeModel({
      name: state.name,
      inputs: state.inputs,
      outputs,
      initializers,
      nodes: [...nodes.map(onnxNode), ...this.#outputNodes()],
    })
    return {
      bytes,
      externalRoot,
      inputs: [...state.inputs],
      outputs,
      prepack: state.prepack,
      weightBytes: countWeights(weights.map((w) => w.source)),
      flops: (bindings) => countFlops(nodes, { ...Object.fromEntries(state.defaults), ...bindings }),
    }
  }

  /** Outputs are identities under the outputs' names (the runtime takes them out again). */
  #outputNodes() {
    return [...this.#state.outputs]
      .filter(([name, value]) => name !== value.name)
      .map(([name, value]) => ({
        name: `output/${name}`,
        op: 'Identity',
        domain: '',
        inputs: [value.name],
        outputs: [name],
        attributes: {},
      }))
  }

  /** Walks back from the outputs. */
  #live() {
    const needed = new Set([...this.#state.outputs.values()].map((v) => v.name))
    const nodes = this.#state.nodes
      .toReversed()
      .filter((node) => {
        if (!node.outputs.some((o) => needed.has(o.name))) return false
        for (const input of node.inputs) if (input) needed.add(input.name)
        return true
      })
      .toReversed()
    return { nodes, weights: [...this.#state.initializers.values()].filter((w) => needed.has(w.value.name)) }
  }

  #unique(base: string): string {
    const { names } = this.#state
    const path = this.path ? `${this.path}/${base}` : base
    const count = names.get(path) ?? 0
    names.set(path, count + 1)
    return count === 0 ? path : `${path}_${count}`
  }
}

/** Every number as its own text: -0 and NaN too. */
const exactText = (n: number | bigint): string => (Object.is(n, -0) ? '-0' : String(n))

const onnxNode = (node: GraphNode) => ({
  name: node.name,
  op: node.op,
  domain: node.domain ?? '',
  attributes: node.attributes ?? {},
  inputs: node.inputs.map((v) => v?.name ?? ''),
  outputs: node.outputs.map((v) => v.name),
})

function countWeights(sources: readonly TensorSource[]): BuiltModel['weightBytes'] {
  let file = 0,
    float32 = 0,
    inline = 0
  for (const source of sources) {
    const count = elementCount(source.shape)
    float32 += count * 4
    if (isEntry(source)) file += source.bytes
    else inline += count * DTYPE_BYTES[source.dtype]
  }
  return { file, float32, inline }
}

function countFlops(nodes: readonly GraphNode[], bindings: Readonly<Record<string, number>>) {
  const byNode = new Map<string, number>()
  let total = 0
  for (const { name, flops } of nodes) {
    if (flops === undefined) continue
    const count = evalDim(flops(), bindings)
    byNode.set(name, count)
    total += count
  }
  return { total, byNode }
}
