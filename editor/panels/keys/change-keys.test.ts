import { expect, test } from 'vitest'
import type { Command } from '../../commands/command.ts'
import { addKey, removeKey, resetKeys } from './change-keys.ts'

const SAVE: Command = { id: 'file.save', title: 'commands.file.save', keys: ['Ctrl+S'], run() {} }

test('keys are added and taken away; what equals the defaults is not kept', () => {
  const added = addKey({}, SAVE, 'Alt+S')
  expect(added).toEqual({ 'file.save': ['Ctrl+S', 'Alt+S'] })
  expect(addKey(added, SAVE, 'Alt+S')).toBe(added)
  expect(removeKey(added, SAVE, 'Alt+S')).toEqual({})
  expect(removeKey({}, SAVE, 'Ctrl+S')).toEqual({ 'file.save': [] })
  expect(addKey({ 'file.save': [] }, SAVE, 'Ctrl+S')).toEqual({})
})

test('resetting one leaves the others', () => {
  expect(resetKeys({ 'file.save': ['A'], 'file.new': ['B'] }, SAVE)).toEqual({ 'file.new': ['B'] })
})
