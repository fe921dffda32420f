/** ATTACKS 22 for ComfyUI's API format: what may stand for the number of an output. */
import { expect, test } from 'vitest'
import { definitionMap, describeNode } from '../types/definition.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { problemText } from '../workflow/problem.ts'
import { validateWorkflow } from '../workflow/validate.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { openWorkflow } from './open.ts'

const node = defineNode({
  type: 'N', category: 'test', output: true, inputs: { in: port.any().optional() }, outputs: { out: port.int() }, run: () => ({ out: 1 }),
})
const definitions = definitionMap([describeNode(node)])

/** What is said of node b, which is linked to `[from, index]`. */
function told(link: string): string {
  try {
    const text = `{"a": {"class_type": "N", "inputs": {}}, "b": {"class_type": "N", "inputs": {"in": ${link}}}}`
    return validateWorkflow(openWorkflow(text, definitions).workflow, definitions).map(problemText).join('\n')
  } catch (error) {
    if (error instanceof WorkflowError) return error.message
    throw error
  }
}

test('the first output is there', () => expect(told('["a", 0]')).toBe(''))

test.each(['["a", 1]', '["a", 4294967296]', '["a", 9007199254740991]'])('%s leads to no output', (link) =>
  expect(told(link)).toContain('which has no such output'))

test.each(['["a", -1]', '["a", 0.5]', '["a", 1e400]', '["a", 1e999]'])('%s is refused, or no link', (link) => expect(told(link)).not.toBe(''))

test.each(['["b", 0]'])('%s is a link to itself', (link) => expect(told(link)).toContain('depends on itself: b → b'))

test('of a node that there is not', () => expect(told('["zz", 0]')).toContain('zz'))
