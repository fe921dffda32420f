import { expect, test } from 'vitest'
import { parseSettings } from './parse-settings.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import { languageOf } from './settings-store.ts'

test('what was chosen is taken', () => {
  const chosen = { ...DEFAULT_SETTINGS, language: 'zh', theme: 'dark', snap: true, grid: 10, links: 'linear', batch: 4, autoQueue: 'change', keys: { 'run.queue': ['F5'] } }
  expect(parseSettings(JSON.parse(JSON.stringify(chosen)))).toEqual(chosen)
})

test.each([
  [null], ['x'], [[]], [{ language: 'de', theme: 'pink', snap: 1, grid: 0, links: '', batch: 1.5, autoQueue: true, keys: { a: [1] } }], [{ keys: [] }], [{ unknown: 1 }],
])('of %j nothing is taken', (value) => {
  expect(parseSettings(value)).toEqual(DEFAULT_SETTINGS)
})

test.each([
  [['zh-CN', 'en'], 'zh'], [['zh-Hant-TW'], 'zh'], [['de-DE', 'zh'], 'zh'], [['en-GB', 'zh'], 'en'], [['fr'], 'en'], [[], 'en'],
])('a browser that prefers %j is spoken to in %s', (languages, language) => {
  expect(languageOf(languages)).toBe(language)
})
