/**
 * Places at which a worker dies when a test asks for it: as server/failpoints.ts, by the same variables. Of the server's
 * workers one after another only the first dies there, where KINOGRAPH_FAILPOINT_ONCE names a file that it can make.
 */
import { writeFileSync } from 'node:fs'

export type WorkerFailpoint =
  /** A file is whole, and waits for its name. */
  | 'worker-staged'
  /** A checkpoint inside a node is being written. */
  | 'worker-checkpoint-begun'
  /** It is on the disk under its name. */
  | 'checkpoint-written'
  /** A sampler has made a step. */
  | 'worker-step'
  /** A node is done. */
  | 'node-done'

const { KINOGRAPH_FAULTS, KINOGRAPH_FAILPOINT, KINOGRAPH_FAILPOINT_ONCE } = process.env
const [at, times = '1'] = KINOGRAPH_FAULTS === '1' ? (KINOGRAPH_FAILPOINT ?? '').split(':') : []
let left = Number(times)

/** Ends this process with SIGKILL at the named place, when that is what a test asks for. */
export function failpoint(name: WorkerFailpoint): void {
  if (name === at && --left === 0 && isFirst()) process.kill(process.pid, 'SIGKILL')
}

function isFirst(): boolean {
  if (KINOGRAPH_FAILPOINT_ONCE === undefined) return true
  try {
    writeFileSync(KINOGRAPH_FAILPOINT_ONCE, `${process.pid} ${at}\n`, { flag: 'wx' })
    return true
  } catch {
    return false
  }
}
