/** What a person does with jobs that are there. */
import { t } from '../i18n/index.ts'
import type { RunHost } from './create-run-book.ts'
import type { JobBook } from './job-book.ts'
import type { RunBook } from './run-book.ts'
import { tellRefusal } from './tell-refusal.ts'
import { jobTitle } from './words.ts'

export type JobActions = Pick<RunBook, 'cancel' | 'cancelWaiting' | 'pause' | 'resume' | 'move' | 'rerun' | 'workflow' | 'openGraph' | 'forget'>

/** Each is told to the person where the server refuses it. */
export function jobActions(host: RunHost, book: JobBook): JobActions {
  const { client, dialogs } = host
  const attempt = async (action: () => Promise<unknown>): Promise<void> => {
    try {
      await action()
    } catch (error) {
      tellRefusal(dialogs, error)
    }
  }
  return {
    cancel: (id) => attempt(() => client.jobs.cancel(id)),
    cancelWaiting: () => attempt(async () => {
      const { cancelled } = await client.call('POST /queue/clear', {})
      dialogs.tell({ kind: 'info', text: t('run.cancelledWaiting', { count: cancelled }) })
    }),
    pause: () => attempt(() => client.call('POST /queue/pause', {})),
    resume: () => attempt(() => client.call('POST /queue/resume', {})),
    move: (id, to) => attempt(() => client.jobs.move(id, to)),
    rerun: (id) => attempt(async () => {
      const { job } = await client.jobs.rerun(id)
      book.submitted(job)
      dialogs.tell({ kind: 'success', text: t('run.history.queuedAgain', { title: jobTitle(job) }) })
    }),
    workflow: (id) => client.jobs.workflow(id),
    openGraph: (id) => attempt(async () => {
      const document = host.open(await client.jobs.workflow(id))
      document.job.value = id
      host.show(document.id)
    }),
    forget: (id) => attempt(() => client.jobs.remove(id)),
  }
}
