import type { Session } from '../app/session.ts'
import { crumbsOf } from '../graph/crumbs.ts'
import { t } from '../i18n/index.ts'
import { Icon } from './icon.tsx'
import { ICONS } from './icons.ts'
import './status-bar.css'

/** Where one is (subgraph, zoom), and what is wrong. */
export function StatusBar({ session }: { readonly session: Session }) {
  return (
    <footer class="status-bar" aria-label={t('app.status')}>
      <Breadcrumbs session={session} />
      <ProblemCount session={session} />
      <span class="status-space" />
      {session.view.value === 'graph' && <ZoomControls session={session} />}
    </footer>
  )
}

function Breadcrumbs({ session }: { readonly session: Session }) {
  const document = session.document.value
  const path = document.path.value
  if (path.length === 0) return null
  return (
    <nav class="breadcrumbs" aria-label={t('app.path')}>
      <ol>
        {crumbsOf(document.workflow.value, path).map(({ title }, depth) => (
          <li key={depth}>
            {depth > 0 && <Icon path={ICONS.chevronRight} size={12} />}
            <button type="button" class="button quiet" aria-current={depth === path.length ? 'location' : undefined}
              onClick={() => { document.path.value = path.slice(0, depth) }}>
              {title ?? (document.title.value || t('app.root'))}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  )
}

function ProblemCount({ session }: { readonly session: Session }) {
  const document = session.document.value
  const count = document.problems.value.length + session.runs.refusals(document).value.length
  return (
    <button type="button" class={count > 0 ? 'button quiet has-problems' : 'button quiet'} disabled={count === 0} onClick={() => {
      document.selection.value = { nodes: new Set(), groups: new Set() }
      session.view.value = 'graph'
      session.changeSettings({ properties: true })
    }}>
      <Icon path={count > 0 ? ICONS.warning : ICONS.success} size={14} />
      {count === 0 ? t('app.noProblems') : count === 1 ? t('app.oneProblem') : t('app.problemCount', { count })}
    </button>
  )
}

function ZoomControls({ session }: { readonly session: Session }) {
  const canvas = session.canvas.value
  const scale = session.document.value.view.value?.scale ?? 1
  return (
    <>
      <IconButton label={t('app.zoomOut')} icon={ICONS.minus} onClick={() => canvas?.zoom(1 / 1.25)} />
      <button type="button" class="button quiet zoom-level" title={t('app.zoomReset')} aria-label={`${Math.round(scale * 100)} %, ${t('app.zoomReset')}`}
        onClick={() => canvas?.zoom(1 / scale)}>{Math.round(scale * 100)} %</button>
      <IconButton label={t('app.zoomIn')} icon={ICONS.plus} onClick={() => canvas?.zoom(1.25)} />
      <IconButton label={t('app.fit')} icon={ICONS.fit} onClick={() => canvas?.fit()} />
      <IconButton label={t('app.properties')} icon={ICONS.sidebar} isPressed={session.settings.value.properties}
        onClick={() => session.changeSettings({ properties: !session.settings.value.properties })} />
      <IconButton className="minimap-switch" label={t('app.minimap')} icon={ICONS.map} isPressed={session.settings.value.minimap}
        onClick={() => session.changeSettings({ minimap: !session.settings.value.minimap })} />
    </>
  )
}

interface IconButtonProps {
  readonly label: string
  readonly icon: string
  readonly className?: string
  readonly isPressed?: boolean
  readonly onClick: () => void
}

function IconButton({ label, icon, className = '', isPressed, onClick }: IconButtonProps) {
  return (
    <button type="button" class={`button quiet icon-only ${className}`} aria-label={label} title={label} aria-pressed={isPressed} onClick={onClick}>
      <Icon path={icon} size={16} />
    </button>
  )
}
