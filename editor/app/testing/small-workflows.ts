/** Workflows and definitions for tests of documents. */
import { signal } from '@preact/signals'
import type { Definitions, InputDefinition, NodeDefinition } from '../../../core/types/definition.ts'
import { definitionMap } from '../../../core/types/definition.ts'
import type { Workflow } from '../../../core/workflow/workflow.ts'

const input = (name: string, socket: string, more: Partial<InputDefinition> = {}): InputDefinition => ({ name, socket, required: false, ...more })

const node = (type: string, inputs: readonly InputDefinition[], outputs: readonly string[]): NodeDefinition => ({
  type, version: 1, title: type, category: 'test', resource: 'cpu', output: outputs.length === 0, idempotent: true,
  inputs, outputs: outputs.map((socket) => ({ name: socket.toLowerCase(), socket })), hooks: { validate: false, fingerprint: false },
})

/** Of a text that gives an image, what changes it, and what shows it. */
export const definitions: Definitions = definitionMap([
  node('Draw', [input('text', 'STRING', { default: '', multiline: true }), input('size', 'INT', { default: 64, min: 1 })], ['IMAGE']),
  node('Blur', [input('image', 'IMAGE', { required: true }), input('radius', 'FLOAT', { default: 1 })], ['IMAGE']),
  node('Show', [input('image', 'IMAGE', { required: true })], []),
  node('PrimitiveInt', [input('value', 'INT')], ['INT']),
])

export const definitionsSignal = signal(definitions)

/** draw ──► blur ──► show */
export const drawing: Workflow = {
  version: 1,
  nodes: [
    { id: 'draw', type: 'Draw', inputs: { text: 'a cat', size: 64 }, position: [0, 0] },
    { id: 'blur', type: 'Blur', inputs: { image: { from: 'draw', output: 'image' }, radius: 2 }, position: [300, 0] },
    { id: 'show', type: 'Show', inputs: { image: { from: 'blur', output: 'image' } }, position: [600, 0] },
  ],
}
