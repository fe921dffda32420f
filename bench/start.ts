/** From the start of `kinograph run` to the end of the tiny model's first denoise step, beside `node -e 0`. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { timing } from './measure.ts'

const root = resolve(import.meta.dirname, import.meta.dirname.includes('dist') ? '../..' : '..')
const RUNS = 5

function emptyNode(): number {
  const started = performance.now()
  spawnSync(process.execPath, ['-e', '0'])
  return (performance.now() - started) / 1000
}

interface Start {
  /** Seconds to the sampler's first report of a finished step. */
  readonly firstStep: number
  /** Seconds to the end of the command. */
  readonly whole: number
  /** Sum of the largest resident sizes of the command's processes, in MB. */
  readonly peakMegabytes: number
}

/** A process and its descendants. */
export function family(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    const parent = Number(statusOf(Number(name), 'PPid'))
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found = [root]
  for (const pid of found) found.push(...(children.get(pid) ?? []))
  return found
}

/** A field of /proc/PID/status; '0' where the process is gone. */
function statusOf(pid: number, field: string): string {
  try {
    return new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
  } catch {
    return '0'
  }
}

/** A run whose output is looked at as it comes. */
async function start(out: string, watchMemory: boolean): Promise<Start> {
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1000
  const child = spawn(process.execPath, [join(root, 'bin/kinograph.js'), 'run', join(root, 'workflows/text-to-video.json'),
    '--json', '--out', out], { stdio: ['ignore', 'pipe', 'inherit'] })
  const peaks = new Map<number, number>()
  const look = () => { for (const pid of family(child.pid!)) peaks.set(pid, Math.max(peaks.get(pid) ?? 0, Number(statusOf(pid, 'VmHWM')))) }
  const watch = watchMemory ? setInterval(look, 50) : undefined
  let firstStep: number | null = null
  for await (const line of createInterface({ input: child.stdout })) {
    if (firstStep === null && isFirstStep(JSON.parse(line))) firstStep = seconds()
  }
  clearInterval(watch)
  if (firstStep === null) throw new Error('the run reported no denoise step')
  return { firstStep, whole: seconds(), peakMegabytes: [...peaks.values()].reduce((a, b) => a + b, 0) / 1024 }
}

const isFirstStep = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'type' in event && event.type === 'node.progress' &&
  'value' in event && typeof event.value === 'number' && event.value >= 1

/** Interleaved, best of five each, as the other figures. */
export async function measureStart() {
  const out = mkdtempSync(join(tmpdir(), 'kinograph-start-'))
  try {
    const { peakMegabytes } = await start(out, true)
    const empty: number[] = []
    const starts: Start[] = []
    for (let i = 0; i < RUNS; i++) {
      empty.push(emptyNode())
      starts.push(await start(out, false))
    }
    const first = timing(starts.map((s) => s.firstStep))
    const node = timing(empty)
    return {
      name: 'start', ...first, nodeSeconds: node.seconds, nodeSpread: node.spread, timesNode: first.seconds / node.seconds,
      wholeRunSeconds: Math.min(...starts.map((s) => s.whole)),
      peakMegabytes,
    }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
