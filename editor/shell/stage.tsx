import type { ReadonlySignal } from '@preact/signals'
import type { Session } from '../app/session.ts'
import type { Theme } from '../theme/shown-theme.ts'
import './stage.css'

interface StageProps {
  readonly session: Session
  readonly theme: ReadonlySignal<Theme>
}

/** The document in one of its views. */
export function Stage({ session }: StageProps) {
  const view = session.view.value
  return (
    <main id="stage" class="stage" tabIndex={-1} data-view={view} />
  )
}
