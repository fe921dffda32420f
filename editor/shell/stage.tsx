import type { ReadonlySignal } from '@preact/signals'
import type { Session } from '../app/session.ts'
import type { Theme } from '../theme/shown-theme.ts'
import { CanvasHost } from './canvas-host.tsx'
import { Lazy } from './lazy.tsx'
import './stage.css'

interface StageProps {
  readonly session: Session
  readonly theme: ReadonlySignal<Theme>
}

const loadForm = () => import('../form/form.tsx')
const loadList = () => import('../list/list.tsx')
const loadAnnouncer = () => import('../list/run-announcer.tsx')
const loadProperties = () => import('./properties.tsx')

/** The document in one of its views, and the properties of what is selected. */
export function Stage({ session, theme }: StageProps) {
  const view = session.view.value
  return (
    <main id="stage" class="stage" tabIndex={-1} data-view={view}>
      <div class="stage-view">
        <CanvasHost session={session} theme={theme} />
        {view === 'form' && <Lazy load={loadForm} props={{ session }} />}
        {view === 'list' && <Lazy load={loadList} props={{ session }} />}
      </div>
      <Lazy load={loadAnnouncer} props={{ session }} quiet />
      {view === 'graph' && session.settings.value.properties && <Lazy load={loadProperties} props={{ session }} quiet />}
    </main>
  )
}
