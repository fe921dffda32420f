import { defineNode } from '../../core/types/index.ts'
import { port } from '../types/index.ts'

// Values with a node of their own, to be linked to several inputs. Names as ComfyUI's nodes have them.

export const primitiveInt = defineNode({
  type: 'PrimitiveInt',
  category: 'values',
  title: 'Whole number',
  summary: 'A whole number.',
  constant: true,
  inputs: { value: port.int({ default: 0 }) },
  outputs: { INT: port.int() },
  run: ({ value }) => ({ INT: value }),
})

export const primitiveFloat = defineNode({
  type: 'PrimitiveFloat',
  category: 'values',
  title: 'Number',
  summary: 'A number.',
  constant: true,
  inputs: { value: port.float({ default: 0, step: 0.1 }) },
  outputs: { FLOAT: port.float() },
  run: ({ value }) => ({ FLOAT: value }),
})

export const primitiveString = defineNode({
  type: 'PrimitiveString',
  category: 'values',
  title: 'Text',
  summary: 'A text of one line.',
  constant: true,
  inputs: { value: port.string({ default: '' }) },
  outputs: { STRING: port.string() },
  run: ({ value }) => ({ STRING: value }),
})

export const primitiveStringMultiline = defineNode({
  type: 'PrimitiveStringMultiline',
  category: 'values',
  title: 'Text of several lines',
  summary: 'A text of any number of lines.',
  constant: true,
  inputs: { value: port.string({ default: '', multiline: true }) },
  outputs: { STRING: port.string() },
  run: ({ value }) => ({ STRING: value }),
})

export const primitiveBoolean = defineNode({
  type: 'PrimitiveBoolean',
  category: 'values',
  title: 'Yes or no',
  summary: 'True or false.',
  constant: true,
  inputs: { value: port.boolean({ default: false }) },
  outputs: { BOOLEAN: port.boolean() },
  run: ({ value }) => ({ BOOLEAN: value }),
})

export const primitives = [
  primitiveInt, primitiveFloat, primitiveString, primitiveStringMultiline, primitiveBoolean,
]
