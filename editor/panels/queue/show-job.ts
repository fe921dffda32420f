/** Shows a job on the graph that it was started from, or on its own in a new tab. */
import type { Session } from '../../app/session.ts'
import type { Job } from '../../../server/client/index.ts'

export async function showJob(session: Session, job: Pick<Job, 'id' | 'client'>): Promise<void> {
  const document = session.documents.peek().find(({ id, job: shown }) => id === job.client || shown.peek() === job.id)
  if (document === undefined) return session.runs.openGraph(job.id)
  document.job.value = job.id
  session.show(document.id)
}
