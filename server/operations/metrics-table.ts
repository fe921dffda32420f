/** What is counted and measured, by name: the one list that /metrics, its documentation and the callers' types come from. */

/** Seconds, from a millisecond to ten hours: jobs take anything between. */
const LONG = [0.001, 0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 10_800, 36_000]
const SHORT = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

interface Described {
  readonly help: string
  readonly labels?: readonly string[]
}

export const COUNTERS = {
  kinograph_jobs_submitted_total: { help: 'Jobs that were put into the queue.', labels: ['api'] },
  kinograph_jobs_ended_total: { help: 'Jobs that ended, by their final state.', labels: ['state'] },
  kinograph_jobs_retried_total: { help: 'Attempts that ended with the job back in the queue.' },
  kinograph_nodes_total: { help: 'Nodes by what became of them; cached / (cached + done) is the hit ratio of the cache.', labels: ['outcome'] },
  kinograph_files_published_total: { help: 'Files that got their name for good.' },
  kinograph_http_requests_total: { help: 'Requests by route.', labels: ['method', 'route', 'status'] },
} as const satisfies Record<string, Described>

export const HISTOGRAMS = {
  kinograph_job_wait_seconds: { help: 'From submission to the first attempt.', buckets: LONG },
  kinograph_job_run_seconds: { help: 'From the last attempt\'s start to the end.', labels: ['state'], buckets: LONG },
  kinograph_step_seconds: { help: 'One step of a node that reports steps.', buckets: LONG },
  kinograph_model_load_seconds: { help: 'Loading a model, or a part of one, into the runtime.', labels: ['device'], buckets: LONG },
  kinograph_http_request_seconds: { help: 'From a request\'s head to the end of the answer.', labels: ['method', 'route'], buckets: SHORT },
} as const satisfies Record<string, Described & { readonly buckets: readonly number[] }>

/** Looked up when somebody asks. */
export const GAUGES = {
  kinograph_jobs: { help: 'Jobs that are kept, by state: queued and running are alive.', labels: ['state'] },
  kinograph_queue_paused: { help: '1 while the queue is paused.' },
  kinograph_database_bytes: { help: 'Queue and history on the disk.' },
  kinograph_worker_ready: { help: '1 when the worker of each device has answered, with the runtime.' },
  kinograph_worker_restarts: { help: 'Workers that died and were replaced since the server started.' },
  kinograph_resident_bytes: { help: 'Resident memory, of the server and of its workers together.', labels: ['process'] },
  kinograph_gpu_memory_used_bytes: { help: 'Memory in use on an NVIDIA GPU, by all processes; absent without its driver.', labels: ['gpu'] },
  kinograph_gpu_memory_bytes: { help: 'Memory that an NVIDIA GPU has; absent without its driver.', labels: ['gpu'] },
  kinograph_heap_bytes: { help: 'JavaScript heap of the server that is in use.' },
  kinograph_cpu_seconds: { help: 'Processor time of the server since it started.' },
  kinograph_event_loop_delay_seconds: { help: 'How late the server\'s event loop was since the last time somebody asked.', labels: ['quantile'] },
  kinograph_uptime_seconds: { help: 'Since the server started.' },
} as const satisfies Record<string, Described>

export type CounterName = keyof typeof COUNTERS
export type HistogramName = keyof typeof HISTOGRAMS
export type GaugeName = keyof typeof GAUGES
export type Labels = Readonly<Record<string, string>>
