import { isEntry, type TensorEntry, type TensorSource } from '../graph/entry.ts'
import { dimEqual, shapeText, type Dim } from '../graph/dim.ts'
import { isFloat } from '../graph/dtype.ts'
import type { Graph } from '../graph/graph.ts'
import type { Value } from '../graph/value.ts'
import { cast } from '../ops/elementwise.ts'
import { WeightError } from './weight-error.ts'

/**
 * How the matrices of a model are held: `packed` copied by the runtime into the form that its kernels read fastest,
 * `mapped` in the file (pages that the kernel may drop), `int8` quantised once into a cache file, a quarter of float32.
 */
export type Hold = 'packed' | 'mapped' | 'int8'

/** Quantised matrices by the full key of the weight: int8 [in, out], and float32 [out], one scale an output channel. */
export type Int8Source = ReadonlyMap<string, { readonly weight: TensorEntry; readonly scale: TensorEntry }>

/** A linear layer that has LoRA factors beside it: graph inputs, see `linear`. */
export interface LoraBranch {
  /** The layer's module path, as in the checkpoint: `transformer_blocks.0.attn1.to_q`. */
  readonly path: string
  readonly in: number
  readonly out: number
}

/** How one linear layer's matrix is held. */
export type HeldMatrix =
  | { readonly hold: 'packed' | 'mapped'; readonly key: string; readonly weight: TensorSource }
  | { readonly hold: 'int8'; readonly key: string; readonly weight: TensorEntry; readonly scale: TensorEntry }

/** A view at a path into a set of named weights; all that a model's description sees. */
export interface Weights {
  /** The path that names are relative to; '' at the top. */
  readonly path: string
  /** What messages call the set: its file or folder. */
  readonly source: string
  /** The view one level deeper: `w.at('attn1.to_q')`. */
  at(path: string): Weights
  has(name: string): boolean
  /** A weight's shape as it is stored; a WeightError where it is not there. */
  shapeOf(name: string): readonly number[]
  /**
   * The weight as float32, reshaped never; a WeightError where it is missing or has not the expected shape.
   * Half precision is cast once, when the session is made.
   */
  tensor(g: Graph, name: string, expected?: readonly Dim[]): Value
  /** The weight in its own element type: what tables are read from before the few rows taken are cast. */
  raw(g: Graph, name: string): Value
  /** How this layer's `weight` [out, in] is held. */
  matrix(g: Graph): HeldMatrix
  /** True where LoRA factors come beside this layer. */
  readonly branch: LoraBranch | undefined
}

export interface WeightSetOptions {
  readonly hold: Hold
  /** Where the quantised matrices lie, for `int8`; a matrix that is not in it is held packed. */
  readonly int8?: Int8Source
  readonly branches?: readonly LoraBranch[]
  /** The file or folder, for messages. */
  readonly source: string
}

export interface WeightSet extends Weights {
  /** What was asked for until now, by full key. */
  readonly asked: ReadonlyMap<string, TensorSource>
  /** The keys that nothing asked for. */
  unused(): string[]
}

/** Named weights, in files or in memory, for a model's description. */
export function weightSet(entries: ReadonlyMap<string, TensorSource>, options: WeightSetOptions): WeightSet {
  const set: SharedSet = {
    entries,
    options,
    asked: new Map(),
    branches: new Map((options.branches ?? []).map((b) => [b.path, b])),
  }
  return Object.assign(new View(set, ''), {
    asked: set.asked,
    unused: () => [...entries.keys()].filter((key) => !set.asked.has(key)),
  })
}

interface SharedSet {
  readonly entries: ReadonlyMap<string, TensorSource>
  readonly options: WeightSetOptions
  readonly asked: Map<string, TensorSource>
  readonly branches: ReadonlyMap<string, LoraBranch>
}

class View implements Weights {
  readonly path: string
  readonly #set: SharedSet

  constructor(set: SharedSet, path: string) {
    this.#set = set
    this.path = path
  }

  get source(): string {
    return this.#set.options.source
  }

  get branch(): LoraBranch | undefined {
    return this.#set.branches.get(this.path)
  }

  at(path: string): Weights {
    return new View(this.#set, this.#key(path))
  }

  has(name: string): boolean {
    return this.#set.entries.has(this.#key(name))
  }

  shapeOf(name: string): readonly number[] {
    return this.#find(name).shape
  }

  tensor(g: Graph, name: string, expected?: readonly Dim[]): Value {
    const found = this.#find(name, expected).shape
    if (expected && !(found.length === expected.length && found.every((d, i) => dimEqual(d, expected[i]!)))) {
      throw this.#wrongShape(name, expected, found)
    }
    const raw = this.raw(g, name)
    return g.once(`float32 ${raw.name}`, () => cast(g, raw, 'float32'))
  }

  raw(g: Graph, name: string): Value {
    return g.initializer(this.#key(name), this.#find(name))
  }

  matrix(g: Graph): HeldMatrix {
    const key = this.#key('weight'),
      weight = this.#find('weight')
    const { hold, int8 } = this.#set.options
    if (weight.shape.length !== 2) throw this.#wrongShape('weight', [-1, -1], weight.shape)
    // The quantised product has a kernel on the CPU alone, and other devices copy weights into their own memory.
    if (g.target.device !== 'cpu') return { hold: 'packed', key, weight }
    const quantised = hold === 'int8' ? int8?.get(key) : undefined
    if (quantised) return { hold: 'int8', key, ...quantised }
    return { hold: hold === 'mapped' && isEntry(weight) ? 'mapped' : 'packed', key, weight }
  }

  #key(name: string): string {
    return this.path ? `${this.path}.${name}` : name
  }

  #find(name: string, expected?: readonly Dim[]): TensorSource {
    const key = this.#key(name),
      source = this.#set.entries.get(key)
    if (!source) {
      throw new WeightError({
        source: this.source,
        key,
        expected: expected ? `a tensor ${shapeText(expected)}` : 'a tensor',
        found: 'none',
        remedy: 'Check that the file belongs to this model and is complete.',
      })
    }
    this.#set.asked.set(key, source)
    if (isFloat(source.dtype)) return source
    throw new WeightError({
      source: this.source,
      key,
      expected: 'floating-point numbers',
      found: source.dtype,
      remedy: 'Use the unquantised checkpoint.',
    })
  }

  #wrongShape(name: string, expected: readonly Dim[], found: readonly number[]): WeightError {
    const text = expected.includes(-1) ? 'a matrix' : shapeText(expected)
    return new WeightError({
      source: this.source,
      key: this.#key(name),
      expected: text,
      found: shapeText(found),
      remedy: 'The file belongs to a model of another size: use the checkpoint that goes with this config.json.',
    })
  }
}
