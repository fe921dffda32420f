import { expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '../app/settings.ts'
import { en } from '../i18n/en/index.ts'
import { works } from './dispatch.ts'
import { commandsByKey, keyConflicts, keysOfCommand } from './key-map.ts'
import { keyText } from './keys.ts'
import { COMMANDS } from './table.ts'

test('each command has an id of its own, `area.verb`, and a title', () => {
  const ids = COMMANDS.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter((id) => !/^[a-z]+\.[a-z][A-Za-z]*$/.test(id))).toEqual([])
  expect(COMMANDS.filter(({ title }) => !Object.hasOwn(en, title)).map(({ id }) => id)).toEqual([])
})

test('all default keys are keys, written as people are shown them', () => {
  const wrong = COMMANDS.flatMap(({ keys = [] }) => keys).filter((key) => keyText(key) !== key)
  expect(wrong).toEqual([])
})

test('no two commands share a default key, but those of which never both are meant: the first that can be done is', () => {
  const isText = (id: string) => COMMANDS.find((one) => one.id === id)?.where === 'text'
  const ids = [...commandsByKey(COMMANDS, {})].map(([key, list]) => [key, list.map(({ id }) => id).filter((id) => !isText(id))] as const)
  expect(ids.filter(([, list]) => list.length > 1)).toEqual([['Escape', ['edit.selectNone', 'subgraph.leave']]])
  expect([...keyConflicts(COMMANDS, DEFAULT_SETTINGS.keys)]).toEqual([])
})

/** ComfyUI's defaults, by what they do here. */
const COMFY: readonly (readonly [key: string, id: string])[] = [
  ['Ctrl+Enter', 'run.queue'], ['Ctrl+Shift+Enter', 'run.front'], ['Ctrl+Alt+Enter', 'run.cancel'], ['Ctrl+M', 'node.mute'], ['Ctrl+B', 'node.bypass'],
  ['Alt+C', 'node.collapse'], ['P', 'node.pin'], ['Q', 'panel.queue'], ['W', 'panel.workflows'], ['N', 'panel.nodes'],
  ['M', 'panel.models'], ['R', 'run.refresh'], ['F', 'view.focus'], ['.', 'view.fit'], ['Ctrl+,', 'panel.settings'],
  ['Ctrl+Z', 'edit.undo'], ['Ctrl+Y', 'edit.redo'], ['Ctrl+Shift+Z', 'edit.redo'], ['Ctrl+C', 'edit.copy'], ['Ctrl+V', 'edit.paste'],
  ['Ctrl+Shift+V', 'edit.pasteLinked'], ['Ctrl+A', 'edit.selectAll'], ['Delete', 'edit.delete'], ['Backspace', 'edit.delete'], ['Ctrl+G', 'graph.group'],
  ['Ctrl+S', 'file.save'], ['Ctrl+D', 'file.loadDefault'], ['Ctrl+Shift+E', 'subgraph.make'], ['Alt++', 'view.zoomIn'], ['Alt+-', 'view.zoomOut'], ['Alt+=', 'view.zoomIn'],
]

test.each(COMFY)('%s is %s, as in ComfyUI', (key, id) => {
  expect(commandsByKey(COMMANDS, {}).get(key)?.map((one) => one.id)).toContain(id)
})

test('what a person chose takes the place of the default, none takes it away', () => {
  const [command] = COMMANDS
  expect(keysOfCommand(command!, { 'run.queue': ['f5', 'no key+'] })).toEqual(['F5'])
  expect(keysOfCommand(command!, { 'run.queue': [] })).toEqual([])
  expect(keyConflicts(COMMANDS, { 'run.queue': ['Q'] }).get('Q')).toEqual(['run.queue', 'panel.queue'])
})

test.each([
  ['a letter while a text is written', {}, 'Q', 'text', false],
  ['Run while a text is written', { inText: true }, 'Ctrl+Enter', 'text', true],
  ['Delete in a list', {}, 'Delete', 'list', false],
  ['Ctrl+A in a list', {}, 'Ctrl+A', 'list', true],
  ['a letter on a button', {}, 'Q', 'button', true],
  ['Enter on a button', {}, 'Enter', 'button', false],
  ['arrows in a panel', { where: 'canvas' as const }, 'ArrowUp', 'page', false],
  ['arrows on the canvas', { where: 'canvas' as const }, 'ArrowUp', 'canvas', true],
  ['arrows where nothing has the focus', { where: 'canvas' as const }, 'ArrowUp', 'nothing', true],
  ['Tab where nothing has the focus', { where: 'canvas' as const }, 'Shift+Tab', 'nothing', false],
  ['weights in a text', { where: 'text' as const }, 'Ctrl+ArrowUp', 'text', true],
  ['weights elsewhere', { where: 'text' as const }, 'Ctrl+ArrowUp', 'canvas', false],
] as const)('%s', (_, command, key, place, does) => {
  expect(works(command, key, place)).toBe(does)
})
