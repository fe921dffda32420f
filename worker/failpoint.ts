/**
 * Places at which a worker dies when a test asks for it: `KINOGRAPH_FAILPOINT=name` or `name:n` for the n-th time, and only
 * where `KINOGRAPH_FAULTS=1` is set too.
 */
const wanted = process.env['KINOGRAPH_FAULTS'] === '1' ? process.env['KINOGRAPH_FAILPOINT'] : undefined
const [at, times = '1'] = wanted?.split(':') ?? []
let left = Number(times)

/** Ends this process with SIGKILL at the named place, when that is what a test asks for. */
export function failpoint(name: 'worker-staged' | 'worker-checkpoint-begun' | 'worker-checkpoint-written' | 'worker-step'): void {
  if (name === at && --left === 0) process.kill(process.pid, 'SIGKILL')
}
