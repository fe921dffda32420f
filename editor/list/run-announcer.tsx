import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { problemText } from '../../core/workflow/problem.ts'
import type { Definitions } from '../../core/types/definition.ts'
import type { Session } from '../app/session.ts'
import { t } from '../i18n/index.ts'
import type { JobView } from '../run/run-book.ts'
import { currentText, stateText } from '../run/words.ts'
import { Announcer } from './announcer.ts'

/** Tells screen readers how the run goes that the document shows, in every view. */
export default function RunAnnouncer({ session }: { readonly session: Session }) {
  const said = useSignal('')
  const announcer = useMemo(() => new Announcer((text) => { said.value = text }), [])
  useSignalEffect(() => announcer.tell(runWords(session.runs.shown(session.document.value).value, session.definitions.value)))
  useEffect(() => () => announcer.stop(), [])
  return <p class="spoken" role="status" data-announcer>{said.value}</p>
}

/** In quarters: what says each step says too much. */
function runWords(view: JobView | undefined, definitions: Definitions): string {
  if (view === undefined) return ''
  const { job: { state }, share, current, problem } = view
  if (state === 'failed' && problem !== undefined) return t('list.says', { state: stateText(state), what: problemText(problem) })
  if (state !== 'running' || current === undefined) return stateText(state)
  const { text: _, ...node } = current
  const what = currentText({ current: node }, definitions) ?? ''
  return t('list.share', { state: stateText(state), what, share: Math.floor(share * 4) * 25 })
}
