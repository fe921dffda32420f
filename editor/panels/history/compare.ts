/** How the graph of a job became the present one, in words. */
import { diffWorkflows } from '../../../core/workflow/diff.ts'
import type { Job } from '../../../server/client/index.ts'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import { tellRefusal } from '../../run/tell-refusal.ts'
import { jobTitle } from '../../run/words.ts'
import { DiffDialog, type DiffDialogProps } from './diff-dialog.tsx'

export async function compareWithPresent(session: Session, job: Job): Promise<void> {
  try {
    const diff = diffWorkflows(await session.runs.workflow(job.id), session.document.peek().workflow.peek())
    const title = t('run.diff.title', { title: jobTitle(job) })
    await session.dialogs.ask<undefined, DiffDialogProps>(DiffDialog, { title, diff }, title)
  } catch (error) {
    tellRefusal(session.dialogs, error)
  }
}
