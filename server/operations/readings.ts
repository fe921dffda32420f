/** What gauges say: looked up when somebody asks for /metrics. */
import { readdirSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Services } from '../services.ts'
import { readGpuMemory } from './gpu-memory.ts'
import type { Reading } from './metrics.ts'

/** Looks the event loop's delay up every so many milliseconds. */
const RESOLUTION = 20
const QUANTILES = [0.5, 0.9, 0.99, 1]

/** Starts to watch the event loop. Gives the function that reads all gauges. */
export function gaugeReader(services: Pick<Services, 'store' | 'queue' | 'desk'>): () => Promise<Reading> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
  delay.enable()
  return async () => {
    const [{ byState, databaseBytes }, gpus] = await Promise.all([services.store.counts(), readGpuMemory()])
    const late = QUANTILES.map((quantile) => ({
      name: 'kinograph_event_loop_delay_seconds' as const, labels: { quantile: String(quantile) }, value: lateness(delay.percentile(quantile * 100)),
    }))
    delay.reset()
    const { heapUsed, rss } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    return [
      ...Object.entries(byState).map(([state, value]) => ({ name: 'kinograph_jobs' as const, labels: { state }, value })),
      ...late,
      { name: 'kinograph_queue_paused', value: Number(services.queue.isPaused) },
      { name: 'kinograph_database_bytes', value: databaseBytes },
      { name: 'kinograph_worker_ready', value: Number(services.desk.isReady) },
      { name: 'kinograph_worker_restarts', value: services.desk.restarts },
      { name: 'kinograph_resident_bytes', labels: { process: 'server' }, value: rss },
      { name: 'kinograph_resident_bytes', labels: { process: 'workers' }, value: childBytes() },
      ...gpus.map(({ gpu, used }) => ({ name: 'kinograph_gpu_memory_used_bytes' as const, labels: { gpu }, value: used })),
      ...gpus.map(({ gpu, total }) => ({ name: 'kinograph_gpu_memory_bytes' as const, labels: { gpu }, value: total })),
      { name: 'kinograph_heap_bytes', value: heapUsed },
      { name: 'kinograph_cpu_seconds', value: (user + system) / 1e6 },
      { name: 'kinograph_uptime_seconds', value: process.uptime() },
    ]
  }
}

/** The watch measures from one look to the next, in nanoseconds: what goes beyond its own interval is delay. */
function lateness(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - RESOLUTION / 1000)
}

/** Resident bytes of this process' children; 0 where the system has no /proc. */
function childBytes(): number {
  try {
    const threads = readdirSync('/proc/self/task')
    const children = threads.flatMap((thread) => readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean))
    return children.reduce((sum, pid) => sum + residentBytes(pid), 0)
  } catch {
    return 0
  }
}

function residentBytes(pid: string): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0 // it has just ended
  }
}
