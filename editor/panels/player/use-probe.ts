/** Asks the server what a file is. */
import { useSignal, type ReadonlySignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { AnswerOf } from '../../../server/client/index.ts'
import type { Session } from '../../app/session.ts'
import type { ShownFile } from '../../run/media.ts'

export type Probe = AnswerOf<'GET /probe/{root}/{path+}'>

/** `undefined` while it is asked, `gone` where it can't be said. */
export function useProbe(session: Session, file: ShownFile | undefined): ReadonlySignal<Probe | 'gone' | undefined> {
  const probe = useSignal<Probe | 'gone' | undefined>(undefined)
  useEffect(() => {
    let isCurrent = true
    probe.value = undefined
    if (file === undefined) return
    const show = (answer: Probe | 'gone') => { if (isCurrent) probe.value = answer }
    session.client.assets.probe(file.root, file.path).then(show, () => show('gone'))
    return () => { isCurrent = false }
  }, [file?.root, file?.path])
  return probe
}
