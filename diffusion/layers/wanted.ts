/** What a model's description asks of a checkpoint, found out by building it without one. */
import type { Dim, HeldMatrix, LoraBranch, SegmentedModel, TensorEntry, Value, Weights } from '../../tensor/index.ts'
import { dimText, Graph, ShapeError } from '../../tensor/index.ts'

/** A model's parameters and linear layers, by the checkpoint's names. */
export interface Wanted {
  /** Every parameter's shape by its full key, in the order in which the model asks. */
  readonly keys: ReadonlyMap<string, readonly number[]>
  /** The linear layers by module path, [out, in]: what a LoRA may be put beside. */
  readonly linears: ReadonlyMap<string, readonly [out: number, width: number]>
}

/**
 * The parameters that a description asks for: it is built once over weights that have every shape asked for.
 * @param describe the model over the weights that it is given
 */
export function wantedBy(describe: (w: Weights) => SegmentedModel): Wanted {
  const found: Found = { entries: new Map(), linears: new Map() }
  const model = describe(new WantedWeights(found))
  const g = new Graph()
  const values: Record<string, Value> = {}
  for (const { name, dtype, shape } of model.inputs) values[name] = g.input(name, dtype, shape)
  for (const segment of model.segments) Object.assign(values, segment.build(g.scope(segment.name), values))
  return { keys: new Map([...found.entries].map(([key, entry]) => [key, entry.shape])), linears: found.linears }
}

/**
 * What a model of `count` equal blocks wants, from what one of `given.from + 1` blocks wants: the names of the last
 * block there are repeated for the others. Building one block instead of all of them is what makes opening a model
 * quick.
 * @param prefix path of the blocks: `transformer_blocks`
 */
export function repeatBlocks(wanted: Wanted, prefix: string, { from, count }: { from: number; count: number }): Wanted {
  const start = `${prefix}.${from}.`
  const repeat = <T>(names: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map(
      [...names].flatMap(([name, value]) =>
        name.startsWith(start)
          ? Array.from(
              { length: count - from },
              (_, i) => [`${prefix}.${from + i}.${name.slice(start.length)}`, value] as const,
            )
          : [[name, value] as const],
      ),
    )
  return { keys: repeat(wanted.keys), linears: repeat(wanted.linears) }
}

/**
 * Says that the model needs `name` in this shape, before it is used; with a real checkpoint there is nothing to do.
 */
export function declare(w: Weights, name: string, shape: readonly number[]): void {
  if (w instanceof WantedWeights) w.declare(name, shape)
}

interface Found {
  readonly entries: Map<string, TensorEntry>
  readonly linears: Map<string, readonly [number, number]>
}

/** Weights that are whatever is declared; there is nothing behind them. */
class WantedWeights implements Weights {
  readonly path: string
  readonly source = 'the model'
  readonly branch: LoraBranch | undefined = undefined
  readonly #found: Found

  constructor(found: Found, path = '') {
    this.#found = found
    this.path = path
  }

  at(path: string): Weights {
    return new WantedWeights(this.#found, this.#key(path))
  }

  declare(name: string, shape: readonly number[]): void {
    const key = this.#key(name)
    if (!this.#found.entries.has(key)) {
      this.#found.entries.set(key, { name: key, dtype: 'float32', shape, file: '', offset: 0, bytes: 0 })
    }
  }

  has(name: string): boolean {
    return this.#found.entries.has(this.#key(name))
  }

  shapeOf(name: string): readonly number[] {
    return this.#entry(name).shape
  }

  tensor(g: Graph, name: string, expected?: readonly Dim[]): Value {
    if (expected) this.declare(name, expected.map(known))
    return this.raw(g, name)
  }

  raw(g: Graph, name: string): Value {
    return g.initializer(this.#key(name), this.#entry(name))
  }

  matrix(): HeldMatrix {
    const weight = this.#entry('weight')
    this.#found.linears.set(this.path, weight.shape as [number, number]) // declared by `linear` with two axes
    return { hold: 'packed', key: this.#key('weight'), weight }
  }

  #entry(name: string): TensorEntry {
    const entry = this.#found.entries.get(this.#key(name))
    if (!entry) throw new ShapeError(`"${this.#key(name)}" is used before its shape was declared`)
    return entry
  }

  #key(name: string): string {
    return this.path ? `${this.path}.${name}` : name
  }
}

function known(d: Dim): number {
  if (typeof d === 'number') return d
  throw new ShapeError(`a parameter has known sizes, not ${dimText(d)}`)
}
