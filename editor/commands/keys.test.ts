import { expect, test } from 'vitest'
import { isPlain, keyText, pressedKey, type KeyPress } from './keys.ts'

test.each([
  ['ctrl+shift+enter', 'Ctrl+Shift+Enter'], ['Shift + Ctrl + s', 'Ctrl+Shift+S'], ['.', '.'], ['alt+c', 'Alt+C'], ['Ctrl+,', 'Ctrl+,'], ['Alt++', 'Alt++'],
  ['+', '+'], ['Cmd+Z', 'Ctrl+Z'], ['⌘+Z', 'Ctrl+Z'], ['Option+Up', 'Alt+ArrowUp'], ['shift+?', '?'], ['del', 'Delete'], ['esc', 'Escape'], [' ctrl+space ', 'Ctrl+Space'],
  ['Ctrl', undefined], ['', undefined], ['Foo+A', undefined], ['Ctrl+', undefined],
])('%j is written %j', (written, text) => {
  expect(keyText(written)).toBe(text)
})

const press = (key: string, code: string, modifiers = ''): KeyPress => ({
  key, code, ctrlKey: modifiers.includes('c'), altKey: modifiers.includes('a'), shiftKey: modifiers.includes('s'), metaKey: modifiers.includes('m'),
})

test.each([
  ['a letter', press('q', 'KeyQ'), 'Q'],
  ['with Shift', press('Z', 'KeyZ', 'cs'), 'Ctrl+Shift+Z'],
  ['Caps Lock', press('Q', 'KeyQ'), 'Q'],
  ['Enter', press('Enter', 'Enter', 'ca'), 'Ctrl+Alt+Enter'],
  ['a sign that needs Shift', press('?', 'Slash', 's'), '?'],
  ['a sign of another keyboard', press('?', 'KeyM', 's'), '?'],
  ['a point', press('.', 'Period'), '.'],
  ['zoom', press('+', 'Equal', 'as'), 'Alt++'],
  ['Cyrillic letters', press('ь', 'KeyM', 'c'), 'Ctrl+M'],
  ['a modifier alone', press('Control', 'ControlLeft', 'c'), undefined],
  ['while Chinese is typed', press('Process', 'KeyN'), undefined],
  ['the system key', press('l', 'KeyL', 'm'), undefined],
])('%s', (_, event, text) => {
  expect(pressedKey(event, false)).toBe(text)
})

test('on a Mac, Cmd is what is called Ctrl, and Alt makes other signs', () => {
  expect(pressedKey(press('z', 'KeyZ', 'm'), true)).toBe('Ctrl+Z')
  expect(pressedKey(press('ç', 'KeyC', 'a'), true)).toBe('Alt+C')
})

test('plain keys are those that write or move', () => {
  expect(['Q', '.', 'Shift+A', 'Delete', 'Ctrl+Q', 'Alt+1'].map(isPlain)).toEqual([true, true, true, true, false, false])
})
