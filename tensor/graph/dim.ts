/**
 * Dimensions: a number, or an integer polynomial over symbols, kept in one canonical form so that two of them can be
 * compared. `floor(p / n)`, which strided convolutions make, counts as a symbol of its own once what divides is taken
 * out.
 */
import { ShapeError } from './shape-error.ts'

/** What a polynomial is made of: a named symbol, or the floor of a quotient. */
export interface Atom {
  readonly text: string
  readonly floor?: { readonly of: Dim; readonly by: number }
}

interface Term {
  readonly coefficient: number
  /** Sorted by text; a power is the same atom repeated. */
  readonly atoms: readonly Atom[]
}

/** A polynomial with at least one symbol in it. Make one with `sym` and the functions of this file. */
export interface SymbolicDim {
  readonly terms: readonly Term[]
  readonly text: string
}

export type Dim = number | SymbolicDim

/** A dimension known only when the graph runs; equal names are equal dimensions. */
export const sym = (name: string): Dim => polynomial([{ coefficient: 1, atoms: [{ text: name }] }])

/** The sum of dimensions. */
export const dimAdd = (...dims: Dim[]): Dim => polynomial(dims.flatMap(terms))

/** The product of dimensions; 1 for none. */
export const dimMul = (...dims: Dim[]): Dim => dims.reduce(product, 1)

function product(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  if (a === 1) return b
  if (b === 1) return a
  return polynomial(terms(a).flatMap((s) => terms(b).map((t) => multiply(s, t))))
}

/** a − b. */
export const dimSub = (a: Dim, b: Dim): Dim => dimAdd(a, dimMul(-1, b))

/** True where both are the same for every binding of the symbols. */
export const dimEqual = (a: Dim, b: Dim): boolean => dimText(a) === dimText(b)

/** A dimension as people read it: `2*b*h + 1`. */
export const dimText = (d: Dim): string => (typeof d === 'number' ? String(d) : d.text)

/** A shape as people read it: `[2, n, 64]`. */
export const shapeText = (shape: readonly Dim[]): string => `[${shape.map(dimText).join(', ')}]`

/** True where two shapes are the same for every binding of the symbols. */
export const shapeEqual = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((d, i) => dimEqual(d, b[i]!))

/** How many elements a shape has. */
export const dimProduct = (shape: readonly Dim[]): Dim => dimMul(...shape)

/** a ÷ b where it divides exactly for every binding; a ShapeError otherwise (long division of polynomials). */
export function dimDiv(a: Dim, b: Dim): Dim {
  const refused = () => new ShapeError(`${dimText(a)} is not divisible by ${dimText(b)}`)
  const leading = terms(b)[0]
  if (!leading) throw refused()
  let rest = a
  let quotient: Dim = 0
  while (terms(rest).length > 0) {
    const step = divideTerm(terms(rest)[0]!, leading)
    if (!step) throw refused()
    quotient = dimAdd(quotient, step)
    rest = dimSub(rest, dimMul(step, b))
  }
  return quotient
}

/** floor(a / by), for dimensions that are not negative. */
export function dimFloorDiv(a: Dim, by: number): Dim {
  if (typeof a === 'number') return Math.floor(a / by)
  const exact = a.terms.map((t) => ({ ...t, coefficient: Math.floor(t.coefficient / by) }))
  const rest = dimSub(a, dimMul(by, polynomial(exact)))
  if (typeof rest === 'number') return dimAdd(polynomial(exact), Math.floor(rest / by))
  const atom: Atom = { text: `floor((${rest.text})/${by})`, floor: { of: rest, by } }
  return polynomial([...exact, { coefficient: 1, atoms: [atom] }])
}

/** The number that a dimension has when the symbols have these values; a ShapeError names a symbol that has none. */
export function evalDim(d: Dim, bindings: Readonly<Record<string, number>>): number {
  const atom = ({ text, floor }: Atom): number => {
    if (floor) return Math.floor(evalDim(floor.of, bindings) / floor.by)
    if (!Object.hasOwn(bindings, text)) throw new ShapeError(`the dimension "${text}" has no value`)
    return bindings[text]!
  }
  return terms(d).reduce((sum, t) => sum + t.atoms.reduce((n, a) => n * atom(a), t.coefficient), 0)
}

/** The names of the symbols in a dimension. */
export function dimSymbols(d: Dim): Set<string> {
  const names = terms(d)
    .flatMap((t) => t.atoms)
    .flatMap((a) => (a.floor ? [...dimSymbols(a.floor.of)] : [a.text]))
  return new Set(names)
}

/** The terms of a dimension, highest first; a number is a term without atoms, 0 has none. */
export function terms(d: Dim): readonly Term[] {
  if (typeof d !== 'number') return d.terms
  return d === 0 ? [] : [{ coefficient: d, atoms: [] }]
}

const multiply = (s: Term, t: Term): Term => ({
  coefficient: s.coefficient * t.coefficient,
  atoms: [...s.atoms, ...t.atoms].sort(byText),
})

const byText = (a: Atom, b: Atom): number => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)

const monomialText = (t: Term): string => t.atoms.map((a) => a.text).join('*')

/** s ÷ t, or null where it does not divide. */
function divideTerm(s: Term, t: Term): Dim | null {
  const atoms = [...s.atoms]
  for (const atom of t.atoms) {
    const found = atoms.findIndex((a) => a.text === atom.text)
    if (found < 0) return null
    atoms.splice(found, 1)
  }
  const coefficient = s.coefficient / t.coefficient
  return Number.isInteger(coefficient) ? polynomial([{ coefficient, atoms }]) : null
}

/** Like terms gathered, zeros dropped, sorted by degree and then by text: one form for one polynomial. */
function polynomial(all: readonly Term[]): Dim {
  const gathered = new Map<string, Term>()
  for (const term of all) {
    const key = monomialText(term)
    const same = gathered.get(key)
    gathered.set(key, same ? { ...same, coefficient: same.coefficient + term.coefficient } : term)
  }
  const kept = [...gathered.values()].filter((t) => t.coefficient !== 0).sort(byDegree)
  if (kept.length === 0) return 0
  if (kept.length === 1 && kept[0]!.atoms.length === 0) return kept[0]!.coefficient
  return { terms: kept, text: kept.map(termText).join(' + ') }
}

/** A monomial order (degree, then how often each symbol occurs, symbols by name), which long division needs. */
function byDegree(s: Term, t: Term): number {
  if (s.atoms.length !== t.atoms.length) return t.atoms.length - s.atoms.length
  for (let i = 0; i < s.atoms.length; i++) {
    const order = byText(s.atoms[i]!, t.atoms[i]!)
    if (order !== 0) return order
  }
  return 0
}

function termText(t: Term): string {
  const monomial = monomialText(t)
  if (monomial === '') return String(t.coefficient)
  return t.coefficient === 1 ? monomial : `${t.coefficient}*${monomial}`
}
