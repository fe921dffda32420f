import type { Session } from '../app/session.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import type { SceneNode } from '../graph/scene.ts'
import { socketWords } from '../graph/socket-words.ts'
import type { Problem } from '../../core/workflow/problem.ts'

interface HintContent {
  readonly title: string
  readonly type?: string
  readonly text?: string | undefined
  readonly problems: readonly Problem[]
}

/** What a node, a socket or a widget is, while the pointer rests on it. */
export function Hint({ session, target }: { readonly session: Session; readonly target: CanvasTarget }) {
  const content = contentOf(session, target)
  if (content === undefined) return null
  return (
    <div class="hint" role="tooltip">
      <p class="hint-title">{content.title}{content.type !== undefined && <span class="muted"> {content.type}</span>}</p>
      {content.text !== undefined && content.text !== '' && <p>{content.text}</p>}
      {content.problems.map(({ problem, remedy }, index) => <p key={index} class="hint-problem">{problem}{remedy === undefined ? '' : `. ${remedy}`}</p>)}
    </div>
  )
}

function contentOf(session: Session, target: CanvasTarget): HintContent | undefined {
  if (target.kind !== 'node' && target.kind !== 'input' && target.kind !== 'output') return undefined
  const node = session.document.value.scene.value.nodes.find(({ id }) => id === target.id)
  if (node === undefined) return undefined
  if (target.kind === 'node') return nodeContent(node)
  if (target.kind === 'output') {
    const output = node.outputs.find(({ name }) => name === target.output) ?? node.outputs[Number(target.output)]
    return output && { title: output.label, type: socketWords(output.socket), text: output.tooltip, problems: [] }
  }
  const input = node.inputs.find(({ name }) => name === target.input)
  return input && { title: input.label, type: socketWords(input.socket), text: input.tooltip, problems: input.problem ? [input.problem] : [] }
}

function nodeContent({ title, type, definition, problems }: SceneNode): HintContent | undefined {
  if (definition?.summary === undefined && problems.length === 0) return undefined
  return { title, ...(title !== type && { type }), text: definition?.summary, problems }
}
