import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { t } from '../i18n/index.ts'

interface LazyProps<P> {
  /** Says nothing while it is fetched. */
  readonly quiet?: boolean
  readonly load: () => Promise<{ readonly default: ComponentType<P> }>
  readonly props: P
}

/** A component that is fetched when it is first shown; says so when that fails, and tries again. */
export function Lazy<P extends object>({ load, props, quiet = false }: LazyProps<P>) {
  const [part, setPart] = useState<{ readonly component?: ComponentType<P>; readonly hasFailed?: true }>({})
  const [tries, setTries] = useState(0)
  useEffect(() => {
    let isCurrent = true
    const show = (next: typeof part) => { if (isCurrent) setPart(next) }
    load().then((module) => show({ component: module.default }), () => show({ hasFailed: true }))
    return () => { isCurrent = false }
  }, [load, tries])
  const { component: Part, hasFailed } = part
  if (Part !== undefined) return <Part {...props} />
  if (quiet) return null
  if (hasFailed === undefined) return <p class="lazy-note" role="status">{t('app.loading')}</p>
  return (
    <div class="lazy-note" role="alert">
      <p>{t('app.loadFailed')}</p>
      <button type="button" class="button" onClick={() => { setPart({}); setTries(tries + 1) }}>{t('app.retry')}</button>
    </div>
  )
}
