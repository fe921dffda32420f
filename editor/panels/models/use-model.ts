/** Where a graph can use a model: inputs whose choices have its name. Definitions say it; no node is known by name. */
import type { Definitions } from '../../../core/types/definition.ts'
import type { Edit } from '../../graph/edit.ts'
import type { SceneNode } from '../../graph/scene.ts'

/** Sets it wherever it can be chosen: in the selected nodes where one of them takes it, else in all. */
export function useEdits(nodes: readonly SceneNode[], selected: ReadonlySet<string>, name: string): readonly Edit[] {
  const places = nodes.flatMap((node) => node.inputs.filter(({ link, widget }) => link === undefined && widget?.kind === 'choice' && widget.choices.includes(name)).map((input) => ({ node, input })))
  const chosen = places.filter(({ node }) => selected.has(node.id))
  return (chosen.length > 0 ? chosen : places).filter(({ input }) => input.value !== name)
    .map(({ node, input }): Edit => ({ type: 'set', node: node.id, input: input.name, value: name }))
}

/** Whether the graph has a place for it already. */
export function isTaken(nodes: readonly SceneNode[], name: string): boolean {
  return nodes.some(({ inputs }) => inputs.some(({ widget }) => widget?.kind === 'choice' && widget.choices.includes(name)))
}

/** Types of nodes that can load it, with the input that names it. */
export function loadersOf(definitions: Definitions, name: string): readonly { readonly type: string; readonly title: string; readonly input: string }[] {
  return [...definitions.values()].flatMap(({ type, title, internal, inputs }) => {
    const input = internal ? undefined : inputs.find(({ choices, computed }) => computed && choices?.includes(name))
    return input ? [{ type, title, input: input.name }] : []
  })
}
