/** Which node type takes a file of the person's, by what definitions say of uploads. */
import type { Definitions, InputDefinition, NodeDefinition } from '../../core/types/definition.ts'
import type { FileKind } from './file-kind.ts'

export interface Loader {
  readonly definition: NodeDefinition
  readonly input: InputDefinition
}

/** The plainest type that loads such a file: of several the one with the shortest name. */
export function loaderOf(definitions: Definitions, kind: FileKind): Loader | undefined {
  const loaders = [...definitions.values()].flatMap((definition): Loader[] => {
    const input = definition.deprecated ? undefined : uploadInput(definition, kind)
    return input ? [{ definition, input }] : []
  })
  return loaders.sort(({ definition: a }, { definition: b }) => a.type.length - b.type.length || (a.type < b.type ? -1 : 1))[0]
}

/** The input of a type that names a file of this kind. */
export function uploadInput({ inputs }: Pick<NodeDefinition, 'inputs'>, kind: FileKind): InputDefinition | undefined {
  return inputs.find(({ upload }) => upload === kind)
}
