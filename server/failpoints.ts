/**
 * Edges in the life of a job at which this process can be made to kill itself, so that tests find it dead there. Nothing
 * happens unless KINOGRAPH_FAULTS=1. KINOGRAPH_FAILPOINT=name[:n] names the edge and the time that counts (1: the
 * first). With KINOGRAPH_FAILPOINT_ONCE=FILE only one process does it: the one that makes that file.
 */
import { writeFileSync } from 'node:fs'

export type Failpoint =
  /** The job is on the disk, its client has not been told. */
  | 'accepted'
  /** Its client has been told. */
  | 'acknowledged'
  /** It is the device's next job; its worker has not been asked. */
  | 'leased'
  /** The worker has begun, and the attempt is counted. */
  | 'started'
  /** A node is done (in the worker). */
  | 'node-done'
  /** A checkpoint inside a node is on the disk (in the worker). */
  | 'checkpoint-written'
  /** A file has its name for good, and still lies where it was made. */
  | 'file-named'
  /** It has been moved to its name. */
  | 'file-moved'
  /** That is on the disk, and the worker has not been told. */
  | 'file-published'
  /** The job's end is on the disk, and nobody has been told. */
  | 'ended-written'

const { KINOGRAPH_FAULTS, KINOGRAPH_FAILPOINT, KINOGRAPH_FAILPOINT_ONCE } = process.env
const [wanted, nth] = KINOGRAPH_FAULTS === '1' ? (KINOGRAPH_FAILPOINT ?? '').split(':') : []
let left = Number(nth ?? 1)

/** Kills this process with SIGKILL when it is told to at this edge. */
export function failpoint(name: Failpoint): void {
  if (name !== wanted || --left > 0 || !isFirst()) return
  process.kill(process.pid, 'SIGKILL')
  for (;;); // the signal may take a moment, and nothing may happen in it
}

function isFirst(): boolean {
  if (KINOGRAPH_FAILPOINT_ONCE === undefined) return true
  try {
    writeFileSync(KINOGRAPH_FAILPOINT_ONCE, `${process.pid} ${wanted}\n`, { flag: 'wx' })
    return true
  } catch {
    return false
  }
}
