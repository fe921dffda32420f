/** What the log and the metrics learn from the feed: how jobs come and go, how long they wait, run, and step. */
import type { RunEvent } from '../../core/run/events.ts'
import type { EventFeed } from '../events/feed.ts'
import type { Job, JobResult } from '../job/job.ts'
import type { Log, Metrics } from '../services.ts'
import type { Prompt } from './job-prompts.ts'

/** Nodes whose steps are watched at one time. */
const MOST_STEPPING = 1000

/** The newest progress of a node: the time between two of them, over the steps between them, is what a step takes. */
interface Step {
  readonly value: number
  readonly at: number
}

/** Listens until the returned function is called. @param prompts looks up what people wrote in a job, where that may be logged */
export function watchJobs(feed: EventFeed, log: Log, metrics: Metrics, prompts?: (job: string) => Promise<readonly Prompt[]>): () => void {
  const steps = new Map<string, Step>()
  const begun = new Set<string>()
  return feed.subscribe({
    onEntry(entry) {
      if (!('job' in entry)) return
      const { event, job: id } = entry
      switch (event.type) {
        case 'job.queued': return queued(event.job, log, metrics)
        case 'job.started':
          begun.add(id)
          started(event.job, log, metrics)
          return void logPrompts(event.job, log, prompts)
        case 'job.changed':
          // Not where a job that waits after a failed attempt is moved.
          if (event.job.state === 'queued' && begun.delete(id)) waitsAgain(event.job, log, metrics)
          return
        case 'job.ended':
          begun.delete(id)
          return ended(event.job, event.result, log, metrics)
        case 'run': return ran(id, event.event, steps, metrics)
        default:
      }
    },
  })
}

function queued(job: Job, log: Log, metrics: Metrics): void {
  metrics.count('kinograph_jobs_submitted_total', { api: job.api })
  log.info({ job: job.id, api: job.api, nodes: job.nodes, ...(job.owner !== undefined && { owner: job.owner }) }, 'job queued')
}

function started(job: Job, log: Log, metrics: Metrics): void {
  if (job.attempts === 1 && job.started !== undefined) metrics.observe('kinograph_job_wait_seconds', (job.started - job.created) / 1000)
  log.info({ job: job.id, attempt: job.attempts, device: job.device }, 'job started')
}

async function logPrompts({ id }: Job, log: Log, prompts?: (job: string) => Promise<readonly Prompt[]>): Promise<void> {
  if (prompts === undefined) return
  try {
    log.info({ job: id, prompts: await prompts(id) }, 'prompts of the job')
  } catch (error) {
    log.warn({ job: id, error }, 'the prompts of the job could not be looked up')
  }
}

/** It waits again: that is worth a line where something went wrong. */
function waitsAgain(job: Job, log: Log, metrics: Metrics): void {
  if (job.problem === undefined) return
  if (job.problem.code === 'cancelled') return log.info({ job: job.id }, 'job was stopped for a while') // the server ends, or another job comes first
  metrics.count('kinograph_jobs_retried_total')
  log.warn({ job: job.id, attempts: job.attempts, deaths: job.deaths, problem: job.problem }, 'job waits for another attempt')
}

function ended(job: Job, result: JobResult | undefined, log: Log, metrics: Metrics): void {
  const { id, state, started = job.created, ended: at = started, problem } = job
  metrics.count('kinograph_jobs_ended_total', { state })
  if (result && result.files.length > 0) metrics.count('kinograph_files_published_total', {}, result.files.length)
  if (job.started !== undefined) metrics.observe('kinograph_job_run_seconds', (at - started) / 1000, { state })
  const fields = {
    job: id, state, attempts: job.attempts, seconds: (at - started) / 1000, files: result?.files.length ?? 0,
    ...(problem && { problem }),
  }
  if (state === 'done' || state === 'cancelled') log.info(fields, `job ${state}`)
  else log.warn(fields, `job ${state}`)
}

const OUTCOMES: Readonly<Partial<Record<RunEvent['type'], string>>> = {
  'node.done': 'done', 'node.cached': 'cached', 'node.failed': 'failed', 'node.skipped': 'skipped', 'node.cancelled': 'cancelled',
}

function ran(job: string, event: RunEvent, steps: Map<string, Step>, metrics: Metrics): void {
  const outcome = OUTCOMES[event.type]
  if (outcome !== undefined) metrics.count('kinograph_nodes_total', { outcome })
  if (!('node' in event)) return
  const key = `${job} ${event.node}`
  if (event.type !== 'node.progress') {
    steps.delete(key)
    return
  }
  const { value, at } = event
  const before = steps.get(key)
  if (before && value > before.value) metrics.observe('kinograph_step_seconds', (at - before.at) / 1000 / (value - before.value))
  if (before || steps.size < MOST_STEPPING) steps.set(key, { value, at })
}
