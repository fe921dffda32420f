/**
 * Sums as people type them into a field: `16*4+1`, `(1024 - 64) / 2`, `2^10`. `undefined` for what is none.
 *
 * sum = product {(+|-) product}; product = sign {(*|/|%) sign}; sign = {+|-} power; power = value ['^' sign];
 * value = number | '(' sum ')'
 */
export function calculate(text: string): number | undefined {
  const tokens = text.match(/\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|\S/gi) ?? []
  if (tokens.length > 100) return undefined
  const reader = new Reader(tokens)
  const value = reader.sum()
  return value !== undefined && reader.isAtEnd && Number.isFinite(value) ? value : undefined
}

type Operation = (a: number, b: number) => number

const SUMS: ReadonlyMap<string, Operation> = new Map([['+', (a, b) => a + b], ['-', (a, b) => a - b]])
const PRODUCTS: ReadonlyMap<string, Operation> = new Map([['*', (a, b) => a * b], ['/', (a, b) => a / b], ['%', (a, b) => a % b]])

class Reader {
  readonly #tokens: readonly string[]
  #at = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length
  }

  sum(): number | undefined {
    return this.#chain(SUMS, () => this.#chain(PRODUCTS, () => this.#sign()))
  }

  #chain(operations: ReadonlyMap<string, Operation>, part: () => number | undefined): number | undefined {
    let value = part()
    for (let next = this.#operation(operations); next; next = this.#operation(operations)) {
      const other = part()
      if (value === undefined || other === undefined) return undefined
      value = next(value, other)
    }
    return value
  }

  #operation(operations: ReadonlyMap<string, Operation>): Operation | undefined {
    const operation = operations.get(this.#tokens[this.#at] ?? '')
    if (operation) this.#at++
    return operation
  }

  #power(): number | undefined {
    const base = this.#value()
    if (!this.#take('^')) return base
    const exponent = this.#sign()
    return base === undefined || exponent === undefined ? undefined : base ** exponent
  }

  #sign(): number | undefined {
    if (this.#take('-')) {
      const value = this.#sign()
      return value === undefined ? undefined : -value
    }
    return this.#take('+') ? this.#sign() : this.#power()
  }

  #value(): number | undefined {
    if (this.#take('(')) {
      const value = this.sum()
      return this.#take(')') ? value : undefined
    }
    const token = this.#tokens[this.#at] ?? ''
    if (!/^[\d.]/.test(token)) return undefined
    this.#at++
    return Number(token)
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at++
    return true
  }
}
