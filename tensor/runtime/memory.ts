import { readFileSync } from 'node:fs'
import { freemem } from 'node:os'
import { posix } from 'node:path'

/** Reads a file of the system; null where it isn't there. */
export type ReadSystemFile = (path: string) => string | null

/**
 * Bytes that this process can still take before the machine or its container runs out: the least of what the kernel
 * calls available and what each memory group above this process has left. File pages that can be dropped count as free.
 */
export function availableMemory(read: ReadSystemFile = readSystemFile): number {
  const machine = meminfo(read('/proc/meminfo'), 'MemAvailable') ?? freemem()
  return Math.max(0, Math.min(machine, ...groupsOf(read).map((folder) => roomIn(folder, read))))
}

/** Private (anonymous) bytes of this process; null where the system doesn't say. */
export const privateMemory = (read: ReadSystemFile = readSystemFile): number | null =>
  meminfo(read('/proc/self/status'), 'RssAnon')

/** A line `Name:   123 kB`, in bytes. */
function meminfo(text: string | null, name: string): number | null {
  const found = text?.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))
  return found ? Number(found[1]) * 1024 : null
}

/** Folders of this process's memory groups (version 2 and 1), the root's included: in a container it is the own one. */
function groupsOf(read: ReadSystemFile): string[] {
  const folders: string[] = []
  for (const line of read('/proc/self/cgroup')?.split('\n') ?? []) {
    const [, controllers = '', path = ''] = line.match(/^\d+:([^:]*):(\/.*)$/) ?? []
    const mount = controllers === '' ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory'
    if (!path || (controllers !== '' && !controllers.split(',').includes('memory'))) continue
    for (let at = path; ; at = posix.dirname(at)) {
      folders.push(posix.join(mount, at))
      if (at === '/') break
    }
  }
  return folders
}

/** What a memory group leaves; Infinity where it has no limit. */
function roomIn(folder: string, read: ReadSystemFile): number {
  const v2 = folder.startsWith('/sys/fs/cgroup/memory/') || folder === '/sys/fs/cgroup/memory' ? null : read(`${folder}/memory.max`)
  const limit = Number(v2 ?? read(`${folder}/memory.limit_in_bytes`) ?? Number.NaN)      // v2 says "max" for none
  if (!Number.isFinite(limit)) return Number.POSITIVE_INFINITY
  const used = Number(read(`${folder}/${v2 === null ? 'memory.usage_in_bytes' : 'memory.current'}`) ?? 0)
  const stat = read(`${folder}/memory.stat`) ?? ''
  const files = sumOf(stat, v2 === null ? ['total_active_file', 'total_inactive_file'] : ['active_file', 'inactive_file'])
  return limit - Math.max(0, used - files)
}

const sumOf = (stat: string, names: readonly string[]): number => names
  .map((name) => Number(stat.match(new RegExp(`^${name} (\\d+)`, 'm'))?.[1] ?? 0))
  .reduce((a, b) => a + b, 0)

function readSystemFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
