/** Memory of NVIDIA GPUs, as their driver's own tool says it. Where there is no driver, nothing is said. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export interface GpuMemory {
  /** Its place in the driver's list, from 0. */
  readonly gpu: string
  /** Of all processes on it, in bytes. */
  readonly used: number
  readonly total: number
}

const QUERY = ['--query-gpu=index,memory.used,memory.total', '--format=csv,noheader,nounits']
/** Milliseconds. */
const PATIENCE = 2000

/** What each GPU holds; an empty list without a driver, or when its tool does not answer in time. */
export async function readGpuMemory(): Promise<readonly GpuMemory[]> {
  if (!existsSync('/proc/driver/nvidia/version') && !existsSync('/dev/dxg')) return []
  const { stdout } = await execute('nvidia-smi', QUERY, { timeout: PATIENCE }).catch(() => ({ stdout: '' }))
  return parseGpuMemory(stdout)
}

/** Reads lines of `index, MiB used, MiB in all`. GPUs that don't tell (`[N/A]`) are left out. */
export function parseGpuMemory(lines: string): readonly GpuMemory[] {
  return lines.split('\n').flatMap((line) => {
    const [, gpu, used, total] = /^(\d+), (\d+), (\d+)\s*$/.exec(line) ?? []
    return gpu === undefined ? [] : [{ gpu, used: Number(used) * 2 ** 20, total: Number(total) * 2 ** 20 }]
  })
}
