import { expect, test } from 'vitest'
import type { NodeDefinition } from '../../../core/types/definition.ts'
import { nodeGroups } from './node-groups.ts'

const node = (type: string, category: string, internal?: true): NodeDefinition => ({
  type, title: type, category, version: 1, resource: 'cpu', output: false, idempotent: true, inputs: [], outputs: [], hooks: { validate: false, fingerprint: false },
  ...(internal && { internal }),
})

test('categories in two levels, everything by name, nothing that only expansions use', () => {
  const groups = nodeGroups([node('Zoom', 'image/size'), node('Inner', 'image', true), node('Add', 'maths'), node('Crop', 'image/size'), node('Load', 'image'), node('Deep', 'image/a/b')])
  expect(groups.map(({ name, count, parts }) => [name, count, parts.map((part) => [part.name, part.nodes.map(({ type }) => type)])])).toEqual([
    ['image', 4, [['', ['Load']], ['a/b', ['Deep']], ['size', ['Crop', 'Zoom']]]],
    ['maths', 1, [['', ['Add']]]],
  ])
})
