import { expect, test } from 'vitest'
import { typeColor } from './type-colors.ts'

test('a type has one colour, another in the other theme', () => {
  expect(typeColor('LATENT', 'dark')).toBe(typeColor('LATENT', 'dark'))
  expect(typeColor('LATENT', 'dark')).not.toBe(typeColor('LATENT', 'light'))
  expect(typeColor('LATENT', 'dark')).not.toBe(typeColor('IMAGE', 'dark'))
})

test('types that nobody has named have colours too, whatever they are called', () => {
  expect(typeColor('MY_PLUGIN_TYPE', 'dark')).toMatch(/^hsl\(\d+ 75% 68%\)$/)
  expect(typeColor('__proto__', 'dark')).toMatch(/^hsl\(\d+ 75% 68%\)$/)
  expect(typeColor('constructor', 'dark')).not.toBe(typeColor('__proto__', 'dark'))
})

test('lists look like their items, unions like their first member, anything is grey', () => {
  expect(typeColor({ list: 'IMAGE' }, 'dark')).toBe(typeColor('IMAGE', 'dark'))
  expect(typeColor({ anyOf: ['VIDEO', 'IMAGE'] }, 'light')).toBe(typeColor('VIDEO', 'light'))
  expect(typeColor('*', 'dark')).toBe('hsl(220 8% 68%)')
  expect(typeColor({ anyOf: [] }, 'dark')).toBe('hsl(220 8% 68%)')
})
