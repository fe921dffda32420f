import { expect, test } from 'vitest'
import { newRecord, OpenDocument } from './open-document.ts'
import { Tabs } from './tabs.ts'
import { definitionsSignal, drawing } from './testing/small-workflows.ts'

const open = (id: string) => new OpenDocument({ ...newRecord(drawing), id }, definitionsSignal)
const ids = (tabs: Tabs) => tabs.all.value.map(({ id }) => (id === tabs.shown.value.id ? `[${id}]` : id)).join(' ')
const three = (shown: string) => new Tabs([open('a'), open('b'), open('c')], shown)

test('a new document opens behind the one that is shown, and is shown', () => {
  const tabs = three('a')
  tabs.add(open('x'))
  expect(ids(tabs)).toBe('a [x] b c')
})

test.each([
  ['b', 'b', 'a [c]'], ['c', 'c', 'a [b]'], ['a', 'a', '[b] c'], ['a', 'c', '[a] b'], ['a', 'gone', '[a] b c'],
])('with %s shown, closing %s leaves %s', (shown, closed, left) => {
  const tabs = three(shown)
  tabs.remove(closed, () => open('new'))
  expect(ids(tabs)).toBe(left)
})

test('there is always one', () => {
  const tabs = new Tabs([open('a')])
  tabs.remove('a', () => open('new'))
  expect(ids(tabs)).toBe('[new]')
})

test('tabs can be put in another order, and the same one stays shown', () => {
  const tabs = three('b')
  tabs.move('b', 0)
  expect(ids(tabs)).toBe('[b] a c')
  tabs.move('b', 9)
  expect(ids(tabs)).toBe('a c [b]')
  tabs.move('gone', 0)
  expect(ids(tabs)).toBe('a c [b]')
})

test('what is not there can not be shown', () => {
  const tabs = three('b')
  tabs.show('gone')
  expect(tabs.shown.value.id).toBe('b')
  expect(three('gone').shown.value.id).toBe('a')
})
