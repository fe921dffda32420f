import type { TensorEntry } from '../graph/entry.ts'

/** A tensor whose shape is not the one that is needed. */
export interface WrongShape {
  readonly name: string
  readonly expected: readonly number[]
  readonly found: readonly number[]
}

/** What came of loading a file into a model. Names are full keys, in the order of the model, then the file. */
export interface LoadReport {
  /** Wanted and there. */
  readonly matched: readonly string[]
  /** Wanted and not there. */
  readonly missing: readonly string[]
  /** There and not wanted. */
  readonly unexpected: readonly string[]
  /** There under a wanted name with another shape: not loaded. */
  readonly wrongShape: readonly WrongShape[]
}

/** Compares what a model wants (key → shape) with what a checkpoint has. */
export function loadReport(
  wanted: ReadonlyMap<string, readonly number[]>,
  entries: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): LoadReport {
  const matched: string[] = []
  const missing: string[] = []
  const wrongShape: WrongShape[] = []
  for (const [name, expected] of wanted) {
    const found = entries.get(name)?.shape
    if (!found) missing.push(name)
    else if (sameShape(expected, found)) matched.push(name)
    else wrongShape.push({ name, expected, found })
  }
  return { matched, missing, wrongShape, unexpected: [...entries.keys()].filter((name) => !wanted.has(name)) }
}

/** Entries of several checkpoints, the later over the earlier, and what could not be laid over. */
export interface Layers {
  readonly entries: ReadonlyMap<string, TensorEntry>
  /** Later tensors whose shape differs from the one below: reported, not applied. */
  readonly wrongShape: readonly (WrongShape & { readonly file: string })[]
}

/** Lays checkpoints over each other as `load_state_dict(strict=False)` does: the later wins, new keys are added. */
export function layerEntries(
  ...checkpoints: readonly { readonly entries: ReadonlyMap<string, TensorEntry> }[]
): Layers {
  const entries = new Map<string, TensorEntry>()
  const wrongShape: (WrongShape & { file: string })[] = []
  for (const [name, entry] of checkpoints.flatMap((checkpoint) => [...checkpoint.entries])) {
    const below = entries.get(name)
    if (!below || sameShape(below.shape, entry.shape)) entries.set(name, entry)
    else wrongShape.push({ name, expected: below.shape, found: entry.shape, file: entry.file })
  }
  return { entries, wrongShape }
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i])
