import { expect, test } from 'vitest'
import { clickedValue } from './gestures-value.ts'
import { rollSeed, slideNumber, stepChoice } from './step-value.ts'
import { inputOf, NUMBER, SEED } from './testing/scenes.ts'

test('a slider goes from its least to its most, on its steps', () => {
  const slider = { kind: 'number', whole: false, min: 0, max: 2, step: 0.25, slider: true, control: false } as const
  expect([-1, 0, 0.3, 0.5, 1, 7].map((share) => slideNumber(slider, share))).toEqual([0, 0, 0.5, 1, 2, 2])
})

test('choices end at both ends', () => {
  const choices = ['Euler', 'DDIM', 'PNDM']
  expect([-1, 1].map((steps) => stepChoice(choices, 'DDIM', steps))).toEqual(['Euler', 'PNDM'])
  expect(stepChoice(choices, 'PNDM', 1)).toBe('PNDM')
  expect(stepChoice(choices, 'gone', 1)).toBe('Euler')
  expect(stepChoice([], 'x', 1)).toBeUndefined()
})

test('the dice makes a seed random, and a random one fixed', () => {
  expect(rollSeed(SEED, 43)).toBe('random')
  expect(rollSeed(SEED, 'random', () => 0.5)).toBe(500)
})

test('a click writes at once where there is nothing to be typed', () => {
  expect(clickedValue(inputOf('on', { widget: { kind: 'toggle' }, value: true }), 'value')).toBe(false)
  expect(clickedValue(inputOf('steps', { widget: NUMBER, value: 20 }), 'more')).toBe(21)
  expect(clickedValue(inputOf('steps', { widget: NUMBER, value: 1 }), 'less')).toBe(1)
  expect(clickedValue(inputOf('steps', { widget: NUMBER, value: 20 }), 'value')).toBeUndefined()
  expect(clickedValue(inputOf('seed', { widget: SEED, value: 43 }), 'value')).toBeUndefined()
})
