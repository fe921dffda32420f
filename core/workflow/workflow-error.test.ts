import { describe, expect, test } from 'vitest'
import { logText, WorkflowError } from './workflow-error.ts'

const steps = {
  code: 'value_smaller_than_min',
  node: { id: '7', type: 'KSampler' },
  input: 'steps',
  problem: 'expected a whole number from 1 to 10000, got 0',
  remedy: 'Set it to 1 or more.',
} as const

describe('WorkflowError', () => {
  test('builds its message from its fields', () => {
    expect(new WorkflowError(steps).message).toBe(
      'KSampler (node 7), input "steps": expected a whole number from 1 to 10000, got 0. Set it to 1 or more.',
    )
    expect(new WorkflowError({ code: 'execution_failed', problem: 'it broke' }).message).toBe('it broke.')
    expect(new WorkflowError({ ...steps, node: { ...steps.node, title: 'Second pass' } }).message).toMatch(
      /^"Second pass" \(KSampler, node 7\), input "steps": /,
    )
  })

  test('crosses processes as data: fields and causes, no stack', () => {
    const cause = new TypeError('inner', { cause: new Error('innermost') })
    const error = new WorkflowError(steps, { cause })
    const data: unknown = JSON.parse(JSON.stringify(error))
    expect(data).toEqual({
      ...steps,
      cause: { name: 'TypeError', message: 'inner', cause: { name: 'Error', message: 'innermost' } },
    })
    const arrived = WorkflowError.fromJSON(error.toJSON())
    expect(arrived.message).toBe(error.message)
    expect(arrived.toJSON()).toEqual(error.toJSON())
  })

  test('survives causes that go round in a circle', () => {
    const a = new Error('a')
    const b = new Error('b', { cause: a })
    a.cause = b
    expect(JSON.stringify(new WorkflowError(steps, { cause: a }).toJSON()).length).toBeLessThan(1000)
    expect(logText(a).length).toBeLessThan(20_000)
  })

  test('sums up problems, at most twenty in the message', () => {
    const one = WorkflowError.ofProblems([steps])
    expect(one.code).toBe('value_smaller_than_min')
    const many = WorkflowError.ofProblems(Array.from({ length: 25 }, () => steps))
    expect(many.code).toBe('prompt_outputs_failed_validation')
    expect(many.problems).toHaveLength(25)
    expect(many.message.split('\n')).toHaveLength(22)
    expect(many.message).toMatch(/and 5 more\.$/)
  })

  test('its log text has the stacks', () => {
    const text = logText(new WorkflowError(steps, { cause: new TypeError('inner') }))
    expect(text).toMatch(/KSampler \(node 7\)[^]*workflow-error\.test\.ts[^]*caused by: TypeError: inner\n +at/)
  })
})
