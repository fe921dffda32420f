import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapePrompt, promptPicker, resolvePrompt, type PromptHost } from './dynamic-prompt.ts'

const FILES: Readonly<Record<string, readonly string[]>> = {
  color: ['red', '{dark|light} blue'], 'animals/cat': ['a __color__ cat'], loop: ['one __back__'], back: ['two __loop__'],
  ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`x${i}`, [`__x${i + 1}__ __x${i + 1}__`]])), x40: ['x'],
}
const host = (pick: PromptHost['pick']): PromptHost => ({ pick, lines: (name) => FILES[name] ?? [] })
const first = host(() => 0)
const last = host((count) => count - 1)

describe('dynamic prompts', () => {
  test.each([
    ['a {red|blue} ball', 'a red ball', 'a blue ball'],
    ['{a|{b|c}} d', 'a d', 'c d'],
    ['{{a|b}|c}{d|}', 'ad', 'c'],
    ['{only}', 'only', 'only'],
    [String.raw`\{a\|b\} \\ c|d`, String.raw`{a|b} \ c|d`, String.raw`{a|b} \ c|d`],
    ['{a\\|b|c}', 'a|b', 'c'],
    ['open { a|b', 'open { a|b', 'open { a|b'],
    ['a {b|{c|d} e', 'a {b|c e', 'a {b|d e'],
    ['closed } here', 'closed } here', 'closed } here'],
    ['a __color__ ball', 'a red ball', 'a light blue ball'],
    ['__animals/cat__!', 'a red cat!', 'a light blue cat!'],
    ['snake_case and ____ and __ no __', 'snake_case and ____ and __ no __', 'snake_case and ____ and __ no __'],
  ])('%s', async (text, one, other) => {
    expect(await resolvePrompt(text, first)).toBe(one)
    expect(await resolvePrompt(text, last)).toBe(other)
  })

  test('equal seeds give equal texts, others all of them', async () => {
    const of = (seed: number) => resolvePrompt('{a|b|c|d} {e|f|__color__}', host(promptPicker(seed, 'node', 'text')))
    expect(await of(7)).toBe(await of(7))
    const all = new Set(await Promise.all(Array.from({ length: 400 }, (_, seed) => of(seed))))
    expect(all.size).toBe(4 * 5)
  })

  test('a picker draws each option as often as the others', () => {
    const pick = promptPicker(1, 'n')
    const counts = [0, 0, 0]
    for (let i = 0; i < 30_000; i++) counts[pick(3)]!++
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400)
  })

  test('any text can be written so that it means itself, and then means itself again', () =>
    fc.assert(fc.asyncProperty(fc.string({ unit: fc.constantFrom('{', '|', '}', '_', '\\', 'a', ' ') }), async (text) => {
      expect(await resolvePrompt(escapePrompt(text), first)).toBe(text)
    })))

  test('plain words are written as they are', () => {
    expect(escapePrompt('a snake_case ball | a cube')).toBe('a snake_case ball | a cube')
  })
})

describe('attacks on dynamic prompts', () => {
  test('wildcards that lead back to themselves are told with their path', async () => {
    await expect(resolvePrompt('__loop__', first)).rejects.toThrow(
      'the wildcard "loop" leads back to itself: loop → back → loop. Take __loop__ out of one of these files.')
  })

  test('wildcards that double at every level stop at the limit', async () => {
    const began = performance.now()
    await expect(resolvePrompt('__x0__', first)).rejects.toThrow('more than 10000 choices')
    expect(performance.now() - began).toBeLessThan(2000)
  })

  test.each([
    ['{'.repeat(200_000), /nested more than 100 deep/],
    ['{a|'.repeat(101), /nested more than 100 deep/],
  ])('%#: braces without end are refused', async (text, message) => {
    await expect(resolvePrompt(text, first)).rejects.toThrow(message)
  })

  test.each(['_'.repeat(1_000_000), '__a'.repeat(300_000), '}|'.repeat(500_000), '\\'.repeat(900_000), '{a|b}'.repeat(9_000)])(
    '%#: a long text takes time in proportion', async (text) => {
      const began = performance.now()
      await resolvePrompt(text, { ...first, limits: { depth: 100, choices: 1e6, length: 1e7 }, lines: () => ['x'] })
      expect(performance.now() - began).toBeLessThan(3000)
    })
})
