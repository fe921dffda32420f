/**
 * Formulas such as `max(a, 512) // 8 * 8`, read by a parser of our own: nothing in them can do more than compute.
 * Operators as in Python: + - * / // % ** with ** to the right and above a sign, comparisons (also chained), and, or,
 * not, `x if c else y`; && || ! and `c ? x : y` mean the same as in JavaScript.
 */

/** What is wrong with a formula, and the place in it, counted from 0. */
export class ExpressionError extends Error {
  readonly at: number
  constructor(problem: string, at: number) {
    super(problem)
    this.at = at
  }
}

type Value = number | boolean
export type Evaluate = (variables: ReadonlyMap<string, Value>) => Value

const MAX_LENGTH = 10_000
const MAX_DEPTH = 100

interface Token { readonly kind: 'number' | 'name' | 'symbol' | 'end'; readonly text: string; readonly at: number }

const TOKEN = /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|\/\/|[<>=!]=|&&|\|\||[-+*/%()<>,?:!]))/y

/**
 * Reads a formula and gives what computes it.
 * @throws ExpressionError for what is no formula; when computed, for unknown names and division by 0
 */
export function parseExpression(text: string): Evaluate {
  if (text.length > MAX_LENGTH) throw new ExpressionError(`it is longer than ${MAX_LENGTH} characters`, MAX_LENGTH)
  return new Parser(tokenize(text)).whole()
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  const end = text.trimEnd().length
  for (let at = 0; at < end; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at
    const [, number, name, symbol] = TOKEN.exec(text) ?? []
    const token = number ?? name ?? symbol
    if (token === undefined) {
      const stray = at + text.slice(at).search(/\S/)
      throw new ExpressionError(`${JSON.stringify(text[stray])} means nothing here`, stray)
    }
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'symbol'
    tokens.push({ kind, text: token, at: TOKEN.lastIndex - token.length })
  }
  return [...tokens, { kind: 'end', text: 'the end', at: end }]
}

const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['pi', Math.PI], ['e', Math.E], ['true', true], ['false', false], ['True', true], ['False', false],
])

interface Fn { readonly min: number; readonly max: number; readonly apply: (...values: number[]) => Value }
const fn = (count: number, apply: Fn['apply'], max = count): Fn => ({ min: count, max, apply })

const FUNCTIONS: ReadonlyMap<string, Fn> = new Map([
  ['abs', fn(1, Math.abs)], ['floor', fn(1, Math.floor)], ['ceil', fn(1, Math.ceil)], ['sign', fn(1, Math.sign)],
  ['int', fn(1, Math.trunc)], ['float', fn(1, (x) => x)], ['bool', fn(1, (x) => x !== 0)],
  ['round', fn(1, (x, digits = 0) => Number((Math.round(x * 10 ** digits) / 10 ** digits).toPrecision(15)), 2)],
  ['sqrt', fn(1, Math.sqrt)], ['exp', fn(1, Math.exp)], ['log', fn(1, (x, base = Math.E) => Math.log(x) / Math.log(base), 2)],
  ['log2', fn(1, Math.log2)], ['log10', fn(1, Math.log10)], ['sin', fn(1, Math.sin)], ['cos', fn(1, Math.cos)],
  ['tan', fn(1, Math.tan)], ['asin', fn(1, Math.asin)], ['acos', fn(1, Math.acos)], ['atan', fn(1, Math.atan)],
  ['atan2', fn(2, Math.atan2)], ['hypot', fn(1, Math.hypot, 100)], ['pow', fn(2, (x, y) => x ** y)],
  ['min', fn(1, Math.min, 100)], ['max', fn(1, Math.max, 100)],
  ['clamp', fn(3, (x, low, high) => Math.min(Math.max(x, low), high))],
  ['lerp', fn(3, (a, b, t) => a + (b - a) * t)],
])

/** What functions and constants there are, for tooltips. */
export const EXPRESSION_NAMES = [...FUNCTIONS.keys(), ...CONSTANTS.keys()]

const COMPARE: ReadonlyMap<string, (a: number, b: number) => boolean> = new Map([
  ['==', (a: number, b: number) => a === b], ['!=', (a: number, b: number) => a !== b],
  ['<', (a: number, b: number) => a < b], ['<=', (a: number, b: number) => a <= b],
  ['>', (a: number, b: number) => a > b], ['>=', (a: number, b: number) => a >= b],
])

/** Recursive descent, a method for each level of binding, loosest first. */
class Parser {
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  whole(): Evaluate {
    const value = this.#choice()
    if (this.#peek().kind !== 'end') throw this.#unexpected()
    return value
  }

  #choice(): Evaluate {
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError(`it is nested deeper than ${MAX_DEPTH} levels`, this.#peek().at)
    const first = this.#or()
    const made = this.#take('if') ? this.#python(first) : this.#take('?') ? this.#ternary(first) : first
    this.#depth--
    return made
  }

  #python(yes: Evaluate): Evaluate {
    const condition = this.#or()
    this.#expect('else')
    const no = this.#choice()
    return (variables) => condition(variables) ? yes(variables) : no(variables)
  }

  #ternary(condition: Evaluate): Evaluate {
    const yes = this.#choice()
    this.#expect(':')
    const no = this.#choice()
    return (variables) => condition(variables) ? yes(variables) : no(variables)
  }

  #or(): Evaluate {
    let left = this.#and()
    while (this.#take('or', '||')) left = either(left, this.#and())
    return left
  }

  #and(): Evaluate {
    let left = this.#not()
    while (this.#take('and', '&&')) left = both(left, this.#not())
    return left
  }

  #not(): Evaluate {
    let negations = 0
    while (this.#take('not', '!')) negations++
    const value = this.#comparison()
    if (negations === 0) return value
    return (variables) => Boolean(value(variables)) === (negations % 2 === 0)
  }

  /** a < b <= c holds when both do, as in Python. */
  #comparison(): Evaluate {
    const operands = [this.#sum()]
    const tests: ((a: number, b: number) => boolean)[] = []
    for (let test = COMPARE.get(this.#peek().text); test; test = COMPARE.get(this.#peek().text)) {
      this.#next++
      tests.push(test)
      operands.push(this.#sum())
    }
    if (tests.length === 0) return operands[0]!
    return (variables) => {
      const values = operands.map((operand) => Number(operand(variables)))
      return tests.every((test, i) => test(values[i]!, values[i + 1]!))
    }
  }

  #sum(): Evaluate {
    let left = this.#product()
    for (let token = this.#take('+', '-'); token; token = this.#take('+', '-')) {
      left = token.text === '+' ? combine(left, this.#product(), (a, b) => a + b) : combine(left, this.#product(), (a, b) => a - b)
    }
    return left
  }

  #product(): Evaluate {
    let left = this.#signed()
    for (let token = this.#take('*', '/', '//', '%'); token; token = this.#take('*', '/', '//', '%')) {
      left = combine(left, this.#signed(), token.text === '*' ? (a, b) => a * b : division(token))
    }
    return left
  }

  /** A sign binds less than a power: -2 ** 2 is -4. */
  #signed(): Evaluate {
    let minus = false
    for (let token = this.#take('+', '-'); token; token = this.#take('+', '-')) minus = minus !== (token.text === '-')
    const value = this.#power()
    return minus ? (variables) => -Number(value(variables)) : value
  }

  #power(): Evaluate {
    const base = this.#atom()
    if (!this.#take('**')) return base
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError(`it is nested deeper than ${MAX_DEPTH} levels`, this.#peek().at)
    const exponent = this.#signed()                                      // 2 ** -1, and 2 ** 3 ** 2 from the right
    this.#depth--
    return combine(base, exponent, (a, b) => a ** b)
  }

  #atom(): Evaluate {
    const token = this.#tokens[this.#next++]!
    if (token.kind === 'number') return constant(Number(token.text))
    if (token.kind === 'name' && !KEYWORDS.has(token.text)) return this.#take('(') ? this.#call(token) : named(token)
    if (token.text !== '(') throw this.#unexpected(token)
    const inside = this.#choice()
    this.#expect(')')
    return inside
  }

  #call(name: Token): Evaluate {
    const called = FUNCTIONS.get(name.text)
    if (!called) throw new ExpressionError(`there is no function "${name.text}"`, name.at)
    const given: Evaluate[] = []
    if (!this.#take(')')) {
      do given.push(this.#choice()); while (this.#take(','))
      this.#expect(')')
    }
    if (given.length < called.min || given.length > called.max) {
      const wanted = called.max === called.min ? String(called.min) : `${called.min} to ${called.max}`
      throw new ExpressionError(`${name.text}() takes ${wanted} values, not ${given.length}`, name.at)
    }
    return (variables) => called.apply(...given.map((value) => Number(value(variables))))
  }

  #peek(): Token {
    return this.#tokens[this.#next]!
  }

  #take(...texts: readonly string[]): Token | undefined {
    const token = this.#peek()
    if (token.kind === 'end' || !texts.includes(token.text)) return undefined
    this.#next++
    return token
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected(undefined, text)
  }

  #unexpected(token = this.#peek(), wanted?: string): ExpressionError {
    const found = token.kind === 'end' ? 'the formula ends' : `"${token.text}" stands`
    return new ExpressionError(`${found} where ${wanted === undefined ? 'a value or an operator' : `"${wanted}"`} should be`, token.at)
  }
}

const KEYWORDS = new Set(['if', 'else', 'and', 'or', 'not'])

const constant = (value: Value): Evaluate => () => value
const either = (a: Evaluate, b: Evaluate): Evaluate => (variables) => Boolean(a(variables)) || Boolean(b(variables))
const both = (a: Evaluate, b: Evaluate): Evaluate => (variables) => Boolean(a(variables)) && Boolean(b(variables))
const combine = (a: Evaluate, b: Evaluate, apply: (a: number, b: number) => number): Evaluate =>
  (variables) => apply(Number(a(variables)), Number(b(variables)))

function named({ text, at }: Token): Evaluate {
  return (variables) => {
    const value = variables.get(text) ?? CONSTANTS.get(text)
    if (value === undefined) throw new ExpressionError(`"${text}" has no value`, at)
    return value
  }
}

function division({ text, at }: Token): (a: number, b: number) => number {
  return (a, b) => {
    if (b === 0) throw new ExpressionError('it divides by 0', at)
    if (text === '/') return a / b
    return text === '//' ? Math.floor(a / b) : a - b * Math.floor(a / b)
  }
}
