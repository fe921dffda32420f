import { expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '../../app/settings.ts'
import { SETTING_GROUPS } from './rows.ts'

test('every setting has its row once; keys have a panel of their own', () => {
  const names = SETTING_GROUPS.flatMap(({ rows }) => rows.map(({ name }): string => name))
  expect([...names, 'keys'].sort()).toEqual(Object.keys(DEFAULT_SETTINGS).sort())
})
