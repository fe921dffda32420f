import { expect, test } from 'vitest'

import { availableMemory, privateMemory } from './memory.ts'

const GB = 1024 ** 3
/** A machine with 8 GB free whose system files are these. */
const machine = (files: Readonly<Record<string, string>>) => (path: string) =>
  ({ '/proc/meminfo': `MemTotal: 16777216 kB\nMemAvailable:    ${8 * GB / 1024} kB\n`, ...files })[path] ?? null

test('without groups: what the kernel calls available', () => {
  expect(availableMemory(machine({}))).toBe(8 * GB)
})

test('a version 2 group: its limit less what it uses, file pages not counted', () => {
  expect(availableMemory(machine({
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/memory.max': `${4 * GB}\n`,
    '/sys/fs/cgroup/memory.current': `${3 * GB}\n`,
    '/sys/fs/cgroup/memory.stat': `anon ${GB}\nfile ${2 * GB}\nactive_file ${GB}\ninactive_file ${GB}\n`,
  }))).toBe(3 * GB)
})

test('the tightest of nested groups counts; "max" is none', () => {
  expect(availableMemory(machine({
    '/proc/self/cgroup': '0::/user.slice/job\n',
    '/sys/fs/cgroup/user.slice/job/memory.max': 'max\n',
    '/sys/fs/cgroup/user.slice/memory.max': `${2 * GB}\n`,
    '/sys/fs/cgroup/user.slice/memory.current': '0\n',
  }))).toBe(2 * GB)
})

test('a version 1 group', () => {
  expect(availableMemory(machine({
    '/proc/self/cgroup': '4:memory:/box\n1:cpu:/\n',
    '/sys/fs/cgroup/memory/box/memory.limit_in_bytes': `${GB}\n`,
    '/sys/fs/cgroup/memory/box/memory.usage_in_bytes': `${GB / 2}\n`,
    '/sys/fs/cgroup/memory/box/memory.stat': `inactive_file 1\ntotal_inactive_file ${GB / 4}\n`,
  }))).toBe(0.75 * GB)
})

test('a version 1 group without a limit says a huge number', () => {
  expect(availableMemory(machine({
    '/proc/self/cgroup': '4:memory:/\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': '5\n',
  }))).toBe(8 * GB)
})

test('an overdrawn group leaves nothing, never less', () => {
  expect(availableMemory(machine({
    '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': '100\n', '/sys/fs/cgroup/memory.current': '200\n',
  }))).toBe(0)
})

test('this machine has some', () => {
  expect(availableMemory()).toBeGreaterThan(0)
})

test('private memory', () => {
  expect(privateMemory(machine({ '/proc/self/status': 'Name:\tnode\nRssAnon:\t    1024 kB\n' }))).toBe(1024 * 1024)
  expect(privateMemory(machine({}))).toBe(null)
})
