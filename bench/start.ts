/** From the start of `kinograph run` to the end of the tiny model's first denoise step, beside `node -e 0`. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
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
  /** Largest sum of resident memory of the command's processes, in MB. */
  readonly peakMegabytes: number
}

/** A run whose output is looked at as it comes. */
async function start(out: string): Promise<Start> {
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1000
  const child = spawn('/usr/bin/env', ['time', '-f', '%M', process.execPath, join(root, 'bin/kinograph.js'), 'run',
    join(root, 'workflows/text-to-video.json'), '--json', '--out', out], { stdio: ['ignore', 'pipe', 'pipe'] })
  let firstStep: number | null = null
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString() })
  for await (const line of createInterface({ input: child.stdout })) {
    const event: unknown = JSON.parse(line)
    if (firstStep === null && isFirstStep(event)) firstStep = seconds()
  }
  if (firstStep === null) throw new Error(`the run reported no denoise step: ${errors}`)
  return { firstStep, whole: seconds(), peakMegabytes: Number(errors.trim().split('\n').at(-1)) / 1024 }
}

const isFirstStep = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'type' in event && event.type === 'node.progress' &&
  'value' in event && typeof event.value === 'number' && event.value >= 1

/** Interleaved, best of five each, as the other figures. */
export async function measureStart() {
  const out = mkdtempSync(join(tmpdir(), 'kinograph-start-'))
  try {
    await start(out)
    const empty: number[] = []
    const starts: Start[] = []
    for (let i = 0; i < RUNS; i++) {
      empty.push(emptyNode())
      starts.push(await start(out))
    }
    const first = timing(starts.map((s) => s.firstStep))
    const node = timing(empty)
    return {
      name: 'start', ...first, nodeSeconds: node.seconds, nodeSpread: node.spread, timesNode: first.seconds / node.seconds,
      wholeRunSeconds: Math.min(...starts.map((s) => s.whole)),
      peakMegabytes: Math.max(...starts.map((s) => s.peakMegabytes)),
    }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
