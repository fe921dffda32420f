import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeNode } from '../core/types/index.ts'
import { builtIn } from './index.ts'
import { nodeReference } from './reference.ts'
import { SHARED_NAMES } from './shared-names.ts'

const definitions = builtIn.nodes.map((node) => describeNode(node))

test('docs/nodes.md is what the definitions say (-u writes it anew)', () =>
  expect(nodeReference(definitions, SHARED_NAMES)).toMatchFileSnapshot(join(import.meta.dirname, '../docs/nodes.md')))

test.each([...SHARED_NAMES])('%s has ComfyUI\'s names in their order; ours come after and may be left out', (type, { inputs, outputs }) => {
  const node = definitions.find((one) => one.type === type)!
  const shown = node.inputs.filter(({ hidden }) => hidden === undefined)
  expect(shown.slice(0, inputs.length).map(({ name }) => name)).toEqual(inputs)
  expect(shown.slice(inputs.length).filter(({ required }) => required)).toEqual([])
  expect(node.outputs.map(({ name }) => name)).toEqual(outputs)
})

test('every node says what it does, and every id is one node\'s', () => {
  expect(definitions.filter(({ summary }) => !summary?.endsWith('.')).map(({ type }) => type)).toEqual([])
  expect(new Set(definitions.map(({ type }) => type)).size).toBe(definitions.length)
})
