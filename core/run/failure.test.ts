import { describe, expect, test } from 'vitest'
import { createRegistry } from '../plugins/registry.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { isAbort, nodeFailure } from './failure.ts'
import type { PlannedNode } from './planned-node.ts'

const node = defineNode({ type: 'Sampler', category: '', inputs: { steps: port.int() }, outputs: {}, run: () => ({}) })
const ref = { id: '7', type: 'Sampler' }
const registered = createRegistry([{ id: 'test', hash: 'h', nodes: [node] }]).nodes.get('Sampler')!
const planned: PlannedNode = { path: '7', shown: '7', ref, shownRef: ref, registered, inputs: [] }
const messageOf = (error: unknown) => nodeFailure(error, planned).message

describe('nodeFailure names node, input and remedy of', () => {
  test('an error with field, expected, found and remedy', () => {
    const parts = { field: 'steps', expected: '4 or more', found: '3', remedy: 'Use 4 steps.' }
    const error = Object.assign(new Error('steps: expected 4 or more, got 3. Use 4 steps.'), parts)
    expect(messageOf(error)).toBe('Sampler (node 7), input "steps": expected 4 or more, got 3. Use 4 steps.')
    const inFile = { field: 'prediction_type', message: 'prediction_type: expected a, got b. Use 4 steps.' }
    expect(messageOf(Object.assign(error, inFile))).toBe(`Sampler (node 7): ${inFile.message}`)
  })

  test('an error with problem and remedy, whose message has more', () => {
    const parts = { problem: 'it is too short', remedy: 'Download it again.' }
    const error = Object.assign(new Error('/m/a.safetensors, "w": it is too short. Download it again.'), parts)
    expect(messageOf(error)).toBe('Sampler (node 7): /m/a.safetensors, "w": it is too short. Download it again.')
  })

  test.each([
    ['a plain error', new RangeError('too far'), 'Sampler (node 7): too far.'],
    ['an error of the system', Object.assign(new Error('ENOSPC: no space left, write'), { code: 'ENOSPC' }),
      'Sampler (node 7): ENOSPC: no space left, write. The disk is full: free some space or choose another folder.'],
    ['a text', 'just a text', 'Sampler (node 7): just a text.'],
    ['an error without a message', new TypeError(), 'Sampler (node 7): it failed with TypeError.'],
    ['nothing', undefined, 'Sampler (node 7): it failed and did not say why.'],
    ['null', null, 'Sampler (node 7): it failed and did not say why.'],
    ['what throws when it is made a text', { toString: (): string => { throw new Error('no text') } },
      'Sampler (node 7): something that is no error (object).'],
    ['what throws when it is looked at', { get problem(): string { throw new Error('no field') }, toString: (): string => 'odd' }, 'Sampler (node 7): odd.'],
  ])('%s', (_, error, message) => {
    expect(messageOf(error)).toBe(message)
  })

  test('a WorkflowError that names no node yet, and leaves one that does alone', () => {
    const half = new WorkflowError({ code: 'value_not_in_list', input: 'steps', problem: 'expected a, got b' })
    expect(nodeFailure(half, planned).data).toMatchObject({ code: 'value_not_in_list', node: ref, input: 'steps' })
    const whole = nodeFailure(half, planned)
    expect(nodeFailure(whole, { ...planned, ref: { id: '8', type: 'Other' } })).toBe(whole)
  })

  test('a node inside an expansion, after the one that the person sees, and which item of a list it ran for', () => {
    const inner: PlannedNode = { ...planned, path: '7.2', ref: { id: '7.2', type: 'Sampler' }, shownRef: { id: '7', type: 'Loop' } }
    expect(nodeFailure(new Error('too far'), inner).message).toBe('Loop (node 7): inside it, Sampler (node 7.2): too far.')
    const item = { index: 2, count: 5, of: '7' }
    expect(nodeFailure(new Error('too far'), { ...planned, item }).message).toBe('Sampler (node 7): item 3 of 5: too far.')
  })

  test('what lies beneath, as a cause', () => {
    const inner = new TypeError('inner')
    const failure = nodeFailure(new Error('outer', { cause: inner }), planned)
    const beneath = { name: 'TypeError', message: 'inner' }
    expect(failure.data.cause).toEqual({ name: 'Error', message: 'outer', cause: beneath })
  })
})

test('isAbort knows an abort at any depth', () => {
  const controller = new AbortController()
  const reason = new Error('the reason')
  controller.abort(reason)
  const { signal } = controller
  expect(isAbort(reason, signal)).toBe(true)
  expect(isAbort(new DOMException('stop', 'AbortError'), signal)).toBe(true)
  expect(isAbort(new Error('outer', { cause: new Error('mid', { cause: reason }) }), signal)).toBe(true)
  expect(isAbort(new Error('other'), signal)).toBe(false)
  expect(isAbort(undefined, signal)).toBe(false)
})
