import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { openStore } from './open-store.ts'
import { scratchFolder } from './testing/jobs.ts'
import { startChild } from './testing/processes.ts'

const hasLimits = (() => {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' })
    return process.platform === 'linux'
  } catch {
    return false
  }
})()

// A limit on the size of files, which can be lifted while the process runs, stands for a disk of that size.
test.runIf(hasLimits)('a full disk refuses jobs, keeps what it accepted, and takes more when there is room again', async () => {
  const folder = scratchFolder()
  const child = await startChild('fill', folder, '', { shell: 'trap "" XFSZ; ulimit -S -f 600' })
  const failure = () => child.lines().find((line) => line.startsWith('failed'))
  for (let lines = 1; failure() === undefined; lines++) {
    await child.wrote(lines)
    expect(child.process.exitCode).toBeNull()
  }
  expect(failure()).toMatch(/^failed disk_full StoreError: .*kinograph\.db can't be written: the disk is full\. Nothing was changed\. Make room/)
  execFileSync('prlimit', ['--pid', String(child.process.pid), '--fsize=unlimited'])
  await child.ended
  expect(child.lines().at(-1)).toBe('closed')
  const accepted = child.lines().filter((line) => /^j\d+$/.test(line))
  const store = await openStore(folder)
  expect((await store.waiting()).map(({ id }) => id)).toEqual(accepted)
  expect((await store.counts()).byState.queued).toBe(accepted.length)
  expect((await store.get(accepted.at(-1)!))?.seq).toBe(accepted.length) // what failed used no number up
  await store.close()
})
