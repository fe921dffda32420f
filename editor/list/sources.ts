/** Where an input may get its value from. */
import { fits } from '../../core/types/socket.ts'
import type { Definitions } from '../../core/types/definition.ts'
import type { EditorDocument } from '../app/document.ts'
import { linkProblem } from '../graph/link-problem.ts'
import type { SceneInput, SceneNode, SceneOutput } from '../graph/scene.ts'

export interface Source {
  readonly node: SceneNode
  readonly output: SceneOutput
}

/** All outputs of the graph that may be linked to it, and the one that is. */
export function sourcesOf(document: EditorDocument, definitions: Definitions, node: SceneNode, input: SceneInput): readonly Source[] {
  const workflow = document.workflow.value
  const path = document.path.value
  return document.scene.value.nodes.flatMap((from) => from.outputs.flatMap((output): Source[] => {
    if (isSource(input, from, output)) return [{ node: from, output }]
    if (!fits(output.socket, input.socket)) return []
    return linkProblem(workflow, path, definitions, from.id, output.key, node.id, input.name) === undefined ? [{ node: from, output }] : []
  }))
}

/** Whether the input is linked to this output. */
export function isSource({ link }: SceneInput, { id }: SceneNode, { key }: SceneOutput): boolean {
  return link?.from === id && link.output === key
}
