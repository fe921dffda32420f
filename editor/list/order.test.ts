import { expect, test } from 'vitest'
import type { SceneInput } from '../graph/scene.ts'
import { executionOrder } from './order.ts'

const input = (from: string): SceneInput => ({ name: 'in', label: 'in', socket: '*', required: false, isDefault: true, hasSocket: true, link: { from, output: 0 } })
const node = (id: string, ...from: string[]) => ({ id, inputs: from.map(input) })
const order = (...nodes: ReturnType<typeof node>[]) => executionOrder(nodes).map(({ id }) => id).join(' ')

//  load ──► sample ──► save     note stands alone
//  text ──►
test('what gives comes before what reads, inputs in their order', () => {
  expect(order(node('save', 'sample'), node('note'), node('sample', 'load', 'text'), node('text'), node('load'))).toBe('load text sample save note')
})

test('what both read is named once, and a loop is gone through once', () => {
  expect(order(node('b', 'a'), node('c', 'a', 'b'), node('a'))).toBe('a b c')
  expect(order(node('a', 'b'), node('b', 'a'), node('c', 'c', 'gone'))).toBe('b a c')
})

test('a chain of 20,000 is no trouble', () => {
  const chain = Array.from({ length: 20_000 }, (_, index) => node(String(index), String(index + 1)))
  expect(executionOrder(chain)[0]!.id).toBe('19999')
})
