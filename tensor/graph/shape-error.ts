/** Where in a graph a wrong shape was made. */
export interface ShapeErrorPlace {
  /** The operator, as the graph builder calls it. */
  readonly op?: string
  /** The operands, each as `float32 [2, n, 64]`. */
  readonly operands?: readonly string[]
  /** The scope path of the part that was being built, such as `transformer_blocks.3/attn1`. */
  readonly path?: string
}

/**
 * Shapes that do not fit, found while a graph is built. It is thrown by the line that made the wrong shape, and says
 * which operator, on which operands, in which part of the model.
 */
export class ShapeError extends Error {
  readonly problem: string
  readonly place: ShapeErrorPlace

  constructor(problem: string, place: ShapeErrorPlace = {}) {
    const op = place.op ? `${place.op}(${(place.operands ?? []).join(', ')}): ` : ''
    super(`${op}${problem}${place.path ? `, in ${place.path}` : ''}`)
    this.name = 'ShapeError'
    this.problem = problem
    this.place = place
  }

  /** The same problem, told with the place where it happened. */
  at(place: ShapeErrorPlace): ShapeError {
    return this.place.op ? this : new ShapeError(this.problem, { ...place, ...this.place })
  }
}
