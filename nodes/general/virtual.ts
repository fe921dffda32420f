import { defineNode } from '../../core/types/index.ts'
import { port } from '../types/index.ts'

// What ComfyUI's front end has and its server never sees. Reroute and PrimitiveNode pass their value on, so that graphs
// which were drawn with them run as they are; notes compute nothing, and nothing ever asks for them.

export const reroute = defineNode({
  type: 'Reroute',
  category: 'layout',
  summary: 'Passes a value on, to lead a link around others.',
  inputs: { value: port.any() },
  outputs: { value: port.any() },
  constant: true,
  facts: (_, { facts: { value } }) => ({ outputs: { value } }),
  run: ({ value }) => ({ value }),
})

export const primitiveNode = defineNode({
  type: 'PrimitiveNode',
  category: 'values',
  title: 'Value',
  summary: 'Holds a value of whatever type the inputs have that it is linked to.',
  constant: true,
  inputs: { value: port.any() },
  outputs: { value: port.any() },
  run: ({ value }) => ({ value }),
})

const note = (type: string, title: string, summary: string) => defineNode({
  type, category: 'layout', title, summary,
  inputs: { text: port.string({ default: '', multiline: true }) },
  outputs: {},
  run: () => ({}),
})

export const virtual = [
  reroute, primitiveNode,
  note('Note', 'Note', 'A text for those who read the graph.'),
  note('MarkdownNote', 'Note with markup', 'A text with Markdown for those who read the graph.'),
]
