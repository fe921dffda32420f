import { readFileSync } from 'node:fs'
import { freemem } from 'node:os'

/** Reads a file of the system; null where it isn't there. */
export type ReadSystemFile = (path: string) => string | null

/**
 * Bytes that this process can still take before the machine or its container runs out: the least of what the kernel
 * calls available and what each memory group above this process has left. File pages that can be dropped count as free.
 */
export function availableMemory(read: ReadSystemFile = readSystemFile): number {
  const machine = meminfo(read('/proc/meminfo'), 'MemAvailable') ?? freemem()
  return Math.max(0, Math.min(machine, ...groupsOf(read).map((group) => roomIn(group, read))))
}

/** Private (anonymous) bytes of this process; null where the system doesn't say. */
export const privateMemory = (read: ReadSystemFile = readSystemFile): number | null =>
  meminfo(read('/proc/self/status'), 'RssAnon')

/** A line `Name:   123 kB`, in bytes. */
function meminfo(text: string | null, name: string): number | null {
  const found = text?.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))
  return found ? Number(found[1]) * 1024 : null
}

/** A memory group: where its files are, and what they are called. */
interface Group {
  readonly folder: string
  readonly names: typeof V1 | typeof V2
}

const V1 = {
  limit: 'memory.limit_in_bytes',
  used: 'memory.usage_in_bytes',
  files: ['total_active_file', 'total_inactive_file'],
} as const
const V2 = { limit: 'memory.max', used: 'memory.current', files: ['active_file', 'inactive_file'] } as const

/** This process's memory groups and those above them, up to the mount: in a container that is the container's own. */
function groupsOf(read: ReadSystemFile): Group[] {
  const groups: Group[] = []
  for (const line of read('/proc/self/cgroup')?.split('\n') ?? []) {
    const [, controllers = '', path = ''] = line.match(/^\d+:([^:]*):\/(.*)$/) ?? ['', 'none']
    const names = controllers === '' ? V2 : V1
    if (names === V1 && !controllers.split(',').includes('memory')) continue
    const mount = names === V2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory'
    const steps = path.split('/').filter(Boolean)
    for (let depth = steps.length; depth >= 0; depth--)
      groups.push({ names, folder: [mount, ...steps.slice(0, depth)].join('/') })
  }
  return groups
}

/** What a memory group leaves; Infinity where it has no limit (version 2 then says "max"). */
function roomIn({ folder, names }: Group, read: ReadSystemFile): number {
  const limit = Number(read(`${folder}/${names.limit}`) ?? Number.NaN)
  if (!Number.isFinite(limit)) return Number.POSITIVE_INFINITY
  const used = Number(read(`${folder}/${names.used}`) ?? 0)
  return limit - Math.max(0, used - sumOf(read(`${folder}/memory.stat`) ?? '', names.files))
}

const sumOf = (stat: string, names: readonly string[]): number =>
  names.map((name) => Number(stat.match(new RegExp(`^${name} (\\d+)`, 'm'))?.[1] ?? 0)).reduce((a, b) => a + b, 0)

function readSystemFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
