import { defineNode } from '../../core/types/index.ts'
import { WorkflowError } from '../../core/workflow/index.ts'
import { port } from '../types/index.ts'
import { EXPRESSION_NAMES, ExpressionError, parseExpression } from './expression.ts'
import { asNumbers, number } from './numbers.ts'

const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const

/** A formula over numbers that come through links or are written down. */
export const mathExpression = defineNode({
  type: 'MathExpression',
  category: 'values/numbers',
  constant: true,
  title: 'Formula',
  summary: 'Computes a formula such as max(a, 512) // 8 * 8.',
  inputs: {
    expression: port.string({
      default: 'a + b', multiline: true,
      tooltip: `over a to h, with + - * / // % ** == < and or not, x if c else y, ${EXPRESSION_NAMES.join(' ')}`,
    }),
    a: number().optional(), b: number().optional(), c: number().optional(), d: number().optional(),
    e: number().optional(), f: number().optional(), g: number().optional(), h: number().optional(),
  },
  outputs: { FLOAT: port.float(), INT: port.int(), BOOL: port.boolean() },
  validate({ expression }) {
    if (expression === undefined) return []
    const wrong = problemOf(expression, () => parseExpression(expression))
    return wrong instanceof WorkflowError ? [{ input: 'expression', problem: wrong.data.problem, remedy: wrong.data.remedy }] : []
  },
  run({ expression, ...given }) {
    const variables = new Map(LETTERS.flatMap((letter) => {
      const value = given[letter]
      return value === undefined ? [] : [[letter, value] as const]
    }))
    const result = problemOf(expression, () => parseExpression(expression)(variables))
    if (result instanceof WorkflowError) throw result
    return { ...asNumbers(Number(result)), BOOL: Boolean(result) }
  },
})

/** What `work` gives, or its complaint about the formula, with the place marked. */
function problemOf<T>(expression: string, work: () => T): T | WorkflowError {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const [before, after] = [expression.slice(Math.max(0, error.at - 40), error.at), expression.slice(error.at, error.at + 40)]
    return new WorkflowError({
      code: 'execution_failed', input: 'expression', problem: `${error.message}, at ${before}▸${after}`,
      remedy: 'Correct the formula, or link the value it names.',
    })
  }
}
