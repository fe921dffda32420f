/** The type of a node that only leads a link around others. */
export const REROUTE = 'Reroute'

/**
 * Node types of ComfyUI's front end that its server never sees: they pass a value on, hold one, or hold a text to read.
 * `input` is the name that we give the one input they have; `output` that of their output.
 */
export const VIRTUAL_NODES: ReadonlyMap<string, { readonly input: string; readonly output?: string }> = new Map([
  [REROUTE, { input: 'value', output: 'value' }],
  ['PrimitiveNode', { input: 'value', output: 'value' }],
  ['Note', { input: 'text' }],
  ['MarkdownNote', { input: 'text' }],
])
