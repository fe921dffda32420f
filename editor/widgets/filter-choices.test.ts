import { expect, test } from 'vitest'
import { filterChoices } from './filter-choices.ts'

const MODELS = ['pixart_alpha.safetensors', 'alpha.bin', 'tiny-alpha-2', 'ALPHA', 'beta']

test('the best come first: equal, beginning so, a word of it beginning so, anywhere', () => {
  expect(filterChoices(['xalphay', ...MODELS], 'alpha')).toEqual(['ALPHA', 'alpha.bin', 'pixart_alpha.safetensors', 'tiny-alpha-2', 'xalphay'])
})

test('all words must be there, in any order', () => {
  expect(filterChoices(MODELS, '2 tiny')).toEqual(['tiny-alpha-2'])
  expect(filterChoices(MODELS, 'alpha gamma')).toEqual([])
})

test('without letters, everything as it stands', () => {
  expect(filterChoices(MODELS, '  ')).toBe(MODELS)
})
