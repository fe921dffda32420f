import type { ReadonlySignal } from '@preact/signals'
import type { Session } from '../app/session.ts'
import type { Theme } from '../theme/shown-theme.ts'
import { CanvasHost } from './canvas-host.tsx'
import './stage.css'

interface StageProps {
  readonly session: Session
  readonly theme: ReadonlySignal<Theme>
}

/** The document in one of its views. */
export function Stage({ session, theme }: StageProps) {
  return (
    <main id="stage" class="stage" tabIndex={-1} data-view={session.view.value}>
      <div class="stage-view">
        <CanvasHost session={session} theme={theme} />
      </div>
    </main>
  )
}
