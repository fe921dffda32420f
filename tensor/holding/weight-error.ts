/** A weight that a model asks for and that its files do not hold as asked: file, full key, shapes, and what to do. */
export class WeightError extends Error {
  readonly source: string
  readonly key: string
  readonly expected: string
  readonly found: string
  readonly remedy: string

  constructor(at: { source: string; key: string; expected: string; found: string; remedy: string }) {
    super(`${at.source}, weight "${at.key}": expected ${at.expected}, found ${at.found}. ${at.remedy}`)
    this.name = 'WeightError'
    this.source = at.source
    this.key = at.key
    this.expected = at.expected
    this.found = at.found
    this.remedy = at.remedy
  }
}
