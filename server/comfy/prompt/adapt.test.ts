import { expect, test } from 'vitest'
import { defineNode, describeNode, port } from '../../../core/types/index.ts'
import { adapted } from './adapt.ts'

const node = defineNode({
  type: 'Trial', category: 'test', outputs: {},
  inputs: {
    whole: port.int({ default: 0 }), number: port.float({ default: 0 }), text: port.string({ default: '' }),
    choice: port.choice(['8', '16']), file: port.string({ upload: 'image', default: '' }), many: port.variadic(port.any()), id: port.hidden('node_id'),
  },
  run: () => ({}),
})
const definitions = new Map([['Trial', describeNode(node)]])
const adapt = (inputs: Record<string, never>) => adapted({ version: 1, nodes: [{ id: '1', type: 'Trial', inputs }] }, definitions)

test.each([
  ['whole', '41', 41], ['whole', ' -3 ', -3], ['whole', '4.5', '4.5'], ['whole', '9007199254740993', '9007199254740993'], ['whole', 'random', 'random'],
  ['number', '1e-3', 0.001], ['number', '.5', 0.5], ['number', '1e999', '1e999'], ['number', '', ''], ['number', '0x10', '0x10'],
  ['text', 7, '7'], ['text', true, true], ['choice', 8, '8'], ['file', 'a.png [input]', 'a.png'], ['file', 'a.png [output]', 'a.png [output]'],
  ['many.0', 5, 5], ['whole', { from: '2', output: 0 }, { from: '2', output: 0 }],
])('%s: %j becomes %j', (name, value, expected) => {
  expect(adapt({ [name]: value as never }).workflow.nodes[0]!.inputs).toEqual({ [name]: expected })
})

test('what fits is not copied; unknown and hidden inputs are left aside, those of unknown types kept', () => {
  const workflow = { version: 1, nodes: [{ id: '1', type: 'Trial', inputs: { whole: 1 } }, { id: '2', type: 'Other', inputs: { x: '1' } }] } as const
  expect(adapted(workflow, definitions)).toEqual({ workflow, ignored: [] })
  expect(adapted(workflow, definitions).workflow).toBe(workflow)
  const { workflow: cut, ignored } = adapt({ whole: 1, extra: 2, id: 'x', 'many.x': 1 } as never)
  expect(cut.nodes[0]!.inputs).toEqual({ whole: 1 })
  expect(ignored).toEqual([['1', ['extra', 'id', 'many.x']]])
})
