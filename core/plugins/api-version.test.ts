import { expect, test } from 'vitest'
import { apiVersionProblem, PLUGIN_API } from './api-version.ts'

test.each(['1', '1.0', '1.0.7', '^1.0', 1, undefined, PLUGIN_API])('takes what is written for %s', (wanted) => {
  expect(apiVersionProblem(wanted)).toBeUndefined()
})

test('takes this major version and the one before, and nothing that is newer', () => {
  const taken = ['1.9', '2.0', '2.9', '3.0', '3.4', '3.5', '4.0'].filter((one) => !apiVersionProblem(one, '3.4'))
  expect(taken).toEqual(['2.0', '2.9', '3.0', '3.4'])
})

test('says which is newer, and what to do', () => {
  expect(apiVersionProblem('2.1', '1.0')).toEqual({
    problem: 'it is written for plugin API 2.1, and this kinograph has 1.0',
    remedy: 'Update kinograph, or install an older version of the plugin.',
  })
  expect(apiVersionProblem('1.2', '3.4')).toEqual({
    problem: 'it is written for plugin API 1.2, and this kinograph takes 2 to 3',
    remedy: 'Update the plugin.',
  })
})

test.each(['new', '', '1.x', '-1', null, {}, '1'.repeat(100)])('refuses %s, which is no version', (wanted) => {
  expect(apiVersionProblem(wanted)?.problem).toMatch(/^its apiVersion should be a version like "1\.0", got/)
})
