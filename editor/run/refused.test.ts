import { expect, test } from 'vitest'
import type { Problem } from '../../core/workflow/problem.ts'
import { problemsOf, refusedActivity } from './refused.ts'

const missing: Problem = { code: 'required_input_missing', node: { id: 'outer/save', type: 'SaveVideo' }, input: 'video', problem: 'it is missing' }
const small: Problem = { code: 'value_smaller_than_min', node: { id: 'sampler', type: 'Sampler' }, input: 'steps', problem: 'expected 1 or more, got 0' }

test('sums are taken apart, and what is about the request alone is none of the workflow\'s', () => {
  const sum: Problem = { code: 'prompt_outputs_failed_validation', problem: 'two things are wrong', problems: [missing, small] }
  expect(problemsOf({ problems: [sum, { code: 'invalid_field', field: 'body.place', problem: 'odd' }] })).toEqual([missing, small])
})

test('each node says all that is wrong with it, in the graph that is shown', () => {
  expect(Object.fromEntries(refusedActivity([missing, small, { ...small, input: 'seed' }], []))).toEqual({
    outer: { state: 'failed', message: 'SaveVideo (node outer/save), input "video": it is missing.' },
    sampler: { state: 'failed', message: 'Sampler (node sampler), input "steps": expected 1 or more, got 0.\nSampler (node sampler), input "seed": expected 1 or more, got 0.' },
  })
  expect([...refusedActivity([missing, small], ['outer']).keys()]).toEqual(['save'])
})
