import { expect, test } from 'vitest'
import type { RunEventBody } from '../../core/run/events.ts'
import { openFeed } from '../events/open-feed.ts'
import type { Job, JobResult } from '../job/job.ts'
import { ServerMetrics } from './metrics.ts'
import { watchJobs } from './watch-jobs.ts'

const queued: Job = { id: 'a', seq: 1, rank: 1, state: 'queued', title: 'my secret film', nodes: 3, api: 'comfy', attempts: 0, deaths: 0, created: 1000 }
const started: Job = { ...queued, state: 'running', attempts: 1, started: 3000 }
const file = { node: 'save', index: 0, filename: 'a secret.mp4', subfolder: '', bytes: 1, sha256: '' }
const result: JobResult = {
  seconds: 2, files: [file], outputs: [], nodes: [], ran: 2, cached: ['x'], seeds: [],
  prompts: [{ node: 'text', input: 'text', text: 'a secret cat' }],
  made: { engine: '', node: '', device: 'cpu' },
}

/** A job that waits two seconds, steps thrice in a second and ends done. Gives the log's lines and the metrics' text. */
async function watchOne(prompts?: Parameters<typeof watchJobs>[3]) {
  const feed = openFeed({ waiting: () => [] })
  const metrics = new ServerMetrics()
  const lines: string[] = []
  const note = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const stop = watchJobs(feed, { info: note, warn: note, error: note }, metrics, prompts)
  let seq = 0
  const ran = (at: number, body: RunEventBody) => feed.emit({ type: 'run', event: { v: 1, run: 'a', seq: seq++, at, ...body } }, started)
  const node = { node: 'sampler', shown: 'sampler' }
  feed.emit({ type: 'job.queued', job: queued }, queued)
  feed.emit({ type: 'job.started', job: started }, started)
  ran(3000, { type: 'node.cached', node: 'x', shown: 'x' })
  ran(3000, { type: 'node.started', ...node })
  for (const [value, at] of [[0, 3000], [1, 3500], [3, 4000]] as const) ran(at, { type: 'node.progress', ...node, value, max: 3 })
  ran(4100, { type: 'node.done', ...node, seconds: 1.1 })
  const ended: Job = { ...started, state: 'done', ended: 5000 }
  feed.emit({ type: 'job.ended', job: ended, result }, ended)
  stop()
  feed.emit({ type: 'job.queued', job: queued }, queued)
  return { lines, text: await metrics.text() }
}

const numbersIn = (text: string, name: string) => text.split('\n').filter((line) => line.startsWith(name)).map((line) => line.slice(name.length))

test('waiting, running, steps and outcomes are measured', async () => {
  const { text } = await watchOne()
  expect(numbersIn(text, 'kinograph_jobs_submitted_total')).toEqual(['{api="comfy"} 1'])
  expect(numbersIn(text, 'kinograph_jobs_ended_total')).toEqual(['{state="done"} 1'])
  expect(numbersIn(text, 'kinograph_job_wait_seconds_sum')).toEqual([' 2'])
  expect(numbersIn(text, 'kinograph_job_run_seconds_sum')).toEqual(['{state="done"} 2'])
  expect(numbersIn(text, 'kinograph_step_seconds_sum')).toEqual([' 0.75']) // a step of 0.5 s, then two of 0.25 s at once
  expect(numbersIn(text, 'kinograph_step_seconds_count')).toEqual([' 2'])
  expect(numbersIn(text, 'kinograph_nodes_total').sort()).toEqual(['{outcome="cached"} 1', '{outcome="done"} 1'])
  expect(numbersIn(text, 'kinograph_files_published_total')).toEqual([' 1'])
})

test('a job that was only stopped for a while is no retry, and nothing to warn of', async () => {
  const feed = openFeed({ waiting: () => [] })
  const metrics = new ServerMetrics()
  const lines: string[] = []
  const note = (level: string) => (_fields: object, message: string) => void lines.push(`${level} ${message}`)
  watchJobs(feed, { info: note('info'), warn: note('warn'), error: note('error') }, metrics)
  for (const code of ['cancelled', 'execution_failed'] as const) {
    const again: Job = { ...queued, problem: { code, problem: 'it has to run again' } }
    feed.emit({ type: 'job.started', job: started }, started)
    feed.emit({ type: 'job.changed', job: again }, again)
    feed.emit({ type: 'job.changed', job: { ...again, rank: -1 } }, again) // moved while it waits
  }
  expect(lines).toEqual(['info job started', 'info job was stopped for a while', 'info job started', 'warn job waits for another attempt'])
  expect(numbersIn(await metrics.text(), 'kinograph_jobs_retried_total')).toEqual([' 1'])
})

test('the log names jobs by their ids, and nothing that people wrote unless they want it', async () => {
  const { lines } = await watchOne()
  expect(lines.map((line) => line.split(' {')[0])).toEqual(['job queued', 'job started', 'job done'])
  expect(lines.every((line) => line.includes('"job":"a"'))).toBe(true)
  expect(lines.join()).not.toContain('secret')
  const wanted = await watchOne(async (job) => [{ node: 'text', input: 'text', text: `a secret cat of ${job}` }])
  expect(wanted.lines.at(-1)).toBe('prompts of the job {"job":"a","prompts":[{"node":"text","input":"text","text":"a secret cat of a"}]}')
})
