import type { Problem } from '../../core/workflow/problem.ts'
import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import { t } from '../i18n/index.ts'

interface ProblemListProps {
  readonly session: Session
  readonly document: EditorDocument
  readonly problems: readonly Problem[]
  /** Each says which node it is about, and leads there. */
  readonly isNamed?: boolean
}

/** What is wrong, and what to do about it. */
export function ProblemList({ session, document, problems, isNamed = false }: ProblemListProps) {
  if (problems.length === 0) return null
  return (
    <ul class="problem-list" aria-label={t('app.problemCount', { count: problems.length })}>
      {problems.map(({ node, input, problem, remedy }, index) => (
        <li key={index}>
          {isNamed && node !== undefined && (
            <button type="button" class="button quiet problem-node" onClick={() => showNode(session, document, node.id)}>{node.title ?? node.type}{input === undefined ? '' : ` · ${input}`}</button>
          )}
          <p>{problem}</p>
          {remedy !== undefined && <p class="muted">{remedy}</p>}
        </li>
      ))}
    </ul>
  )
}

/** Selects a node, in whatever graph it is, and brings it into sight. */
export function showNode(session: Session, document: EditorDocument, id: string): void {
  const parts = id.split('/')
  const isHere = document.scene.peek().nodes.some((one) => one.id === id)
  if (!isHere && parts.length > 1) document.path.value = parts.slice(0, -1)
  const shown = isHere ? id : parts.at(-1)!
  document.selection.value = { nodes: new Set([shown]), groups: new Set() }
  if (session.view.peek() === 'graph') requestAnimationFrame(() => session.canvas.peek()?.fit([shown]))
}
