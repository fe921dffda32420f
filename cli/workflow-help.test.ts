import { expect, test } from 'vitest'
import { interfaceText } from './workflow-help.ts'

const input = (name: string, socket: string, more: object = {}) => ({ name, socket, required: false, ...more })

test('a workflow reads as a command: parameters with types, ranges and what they are, outputs by name', () => {
  const text = interfaceText('kinograph run clip.json', {
    title: 'A clip',
    description: 'Makes one.',
    parameters: [
      { name: 'prompt', node: 'a', input: 'text', description: 'what it shows', value: 'a cat', definition: input('text', 'STRING') },
      { name: 'num_steps', node: 'b', input: 'steps', value: 20, definition: input('steps', 'INT', { min: 1, max: 100 }) },
      { name: 'seed', node: 'b', input: 'seed', value: 'random', definition: input('seed', 'INT', { seed: true }) },
      { name: 'how', node: 'b', input: 'how', definition: input('how', 'COMBO', { choices: ['Euler', 'DDIM'], tooltip: 'the sampler' }) },
      { name: 'other', node: 'c', input: 'x' },
    ],
    outputs: [{ name: 'video', node: 'd', output: 0, socket: 'VIDEO', description: 'the clip' }],
  })
  expect(text).toBe(`A clip
Makes one.

Usage: kinograph run clip.json [--PARAMETER VALUE …] [OPTIONS]

Parameters:
  --prompt STRING  what it shows; now "a cat"
  --num-steps INT  1 to 100; now 20
  --seed INT       a whole number, random, or "increment 1" (runs of a batch count up); now "random"
  --how CHOICE     the sampler; one of Euler, DDIM
  --other VALUE

Outputs:
  video  VIDEO; the clip`)
})

test('one without parameters says what can be set all the same', () => {
  expect(interfaceText('kinograph run a.json', { parameters: [], outputs: [] })).toBe(
    'Usage: kinograph run a.json [OPTIONS]\n\nIt has no parameters; --set NODE.INPUT=VALUE sets any input.',
  )
})
