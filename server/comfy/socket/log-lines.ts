/** What ComfyUI's clients show as the terminal: lines on what became of jobs. The server's own log stays with its host. */
import type { JobEvent } from '../../events/feed.ts'
import type { Job } from '../../job/job.ts'
import { nodeText } from '../../../core/workflow/problem.ts'

export interface LogLine {
  /** The time as ISO 8601. */
  readonly t: string
  readonly m: string
}

interface OwnedLine extends LogLine {
  readonly owner?: string
}

const MOST = 300

export class LogLines {
  #lines: OwnedLine[] = []

  /** The line on an event, kept; `undefined` for events that no line is written on. */
  note(event: JobEvent, job: Job): LogLine | undefined {
    const text = lineOf(event, job)
    if (text === undefined) return undefined
    const line = { t: new Date().toISOString(), m: `${text}\n` }
    this.#lines.push(job.owner === undefined ? line : { ...line, owner: job.owner })
    if (this.#lines.length > 2 * MOST) this.#lines = this.#lines.slice(-MOST)
    return line
  }

  /** The newest lines, oldest first, on jobs that may be seen. */
  list(mayBeSeen: (job: Pick<Job, 'owner'>) => boolean): LogLine[] {
    return this.#lines.filter(mayBeSeen).slice(-MOST).map(({ t, m }) => ({ t, m }))
  }
}

function lineOf(event: JobEvent, job: Job): string | undefined {
  if (event.type === 'job.queued') return `got prompt ${job.id}`
  if (event.type !== 'job.ended') return undefined
  const seconds = (((job.ended ?? job.created) - (job.started ?? job.created)) / 1000).toFixed(2)
  if (job.state === 'done') return `Prompt ${job.id} executed in ${seconds} seconds`
  const { problem } = job
  const why = problem === undefined ? '' : `: ${problem.code}${problem.node === undefined ? '' : ` in ${nodeText(problem.node)}`}`
  return `Prompt ${job.id} ${job.state} after ${seconds} seconds${why}`
}
