/** Ctrl-C, kill -9 and a parent that vanishes: the run ends, says so, and leaves nothing half done. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { RunEvent } from '../../core/index.ts'
import { childrenOf, cli, filesBelow, isAlive, scratchFolder, start, until } from './harness.ts'
import type { Started } from './harness.ts'

const workflow = join('workflows', 'text-to-video.json')
/** Long enough to be stopped in the middle. */
const long = ['--steps', '900']
const sampling = (run: Started) => run.seen('stderr', /Sampler \(node sampler\): \d+ of 900/)

function workerOf(run: Started): number {
  const [worker] = childrenOf(run.child.pid!)
  if (worker === undefined) throw new Error('the worker is not running')
  return worker
}

test('Ctrl-C once: the run stops at the next step, exit code 130, no file', async () => {
  const out = scratchFolder()
  const run = start(['run', workflow, ...long, '--out', out])
  await sampling(run)
  const worker = workerOf(run)
  run.child.kill('SIGINT')
  const { code, stdout, stderr } = await run.ended
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  expect(stderr).toMatch(/Stopping at the next step; Ctrl-C again stops at once\.\n(.*\n)?Cancelled\.\n$/)
  await until(() => !isAlive(worker), 'the worker has ended')
  expect(filesBelow(out)).toEqual([])
})

test('Ctrl-C twice: worker and all it started are killed at once', async () => {
  const out = scratchFolder()
  const run = start(['run', workflow, ...long, '--out', out, '--json'])
  await run.seen('stdout', '"type":"node.progress","node":"sampler"')
  const worker = workerOf(run)
  process.kill(worker, 'SIGSTOP') // a worker that can't answer
  const pressed = Date.now()
  run.child.kill('SIGINT')
  await pause(200) // two signals at once may arrive as one
  run.child.kill('SIGINT')
  const { code, stdout, stderr } = await run.ended
  expect(Date.now() - pressed).toBeLessThan(1900)
  expect({ code, stderr }).toEqual({ code: 130, stderr: 'Cancelled.\n' })
  const events = stdout.trimEnd().split('\n').map((line): RunEvent => JSON.parse(line))
  expect(events.at(-1)).toMatchObject({ seq: events.length - 1, type: 'run.cancelled' })
  expect(isAlive(worker)).toBe(false)
  expect(filesBelow(out)).toEqual([])
})

test('a worker that does not stop within two seconds is killed', async () => {
  const run = start(['run', workflow, ...long, '--out', scratchFolder()])
  await sampling(run)
  const worker = workerOf(run)
  process.kill(worker, 'SIGSTOP')
  const pressed = Date.now()
  run.child.kill('SIGINT')
  expect((await run.ended).code).toBe(130)
  expect(Date.now() - pressed).toBeGreaterThan(1900)
  expect(isAlive(worker)).toBe(false)
})

test('kill -9 of the worker in mid-run: exit code 1, the node that ran is named', async () => {
  const out = scratchFolder()
  const run = start(['run', workflow, ...long, '--out', out])
  await sampling(run)
  process.kill(workerOf(run), 'SIGKILL')
  const { code, stdout, stderr } = await run.ended
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(
    'error: Sampler (node sampler): the worker was killed (SIGKILL), by somebody or by the system for want of memory while this node ran. ' +
    'If nobody killed it, memory ran out: use a smaller size or fewer frames, or close other programs.')
  expect(filesBelow(out)).toEqual([])
})

test('kill -9 of the worker while it saves: ffmpeg ends too and no half file is left', async () => {
  const out = scratchFolder()
  // one step, then frames enough to be caught while ffmpeg writes them
  const run = start(['run', workflow, '--steps', '1', '--guidance', '1', '--set', 'latent.frames=240', '--out', out, '--json'])
  await run.seen('stdout', '"type":"node.progress","node":"save"')
  const worker = workerOf(run)
  const started = childrenOf(worker)
  expect(started.length).toBeGreaterThan(0)
  expect(filesBelow(out).some((name) => name.startsWith('.kinograph-'))).toBe(true)
  process.kill(worker, 'SIGKILL')
  const { code, stdout } = await run.ended
  expect(code).toBe(1)
  expect(stdout).toContain('"type":"run.failed"')
  for (const pid of started) await until(() => !isAlive(pid), 'ffmpeg has ended')
  expect(filesBelow(out)).toEqual([])
})

test('what a crash of everything leaves is removed by the next run', async () => {
  const out = scratchFolder()
  const run = start(['run', workflow, '--steps', '1', '--guidance', '1', '--set', 'latent.frames=240', '--out', out, '--json'])
  await run.seen('stdout', '"type":"node.progress","node":"save"')
  const worker = workerOf(run)
  run.child.kill('SIGSTOP') // it can't clean up
  process.kill(-worker, 'SIGKILL')
  run.child.kill('SIGKILL')
  await run.ended
  expect(filesBelow(out).some((name) => name.startsWith('.kinograph-'))).toBe(true)
  await until(() => !existsSync(`/proc/${worker}`), 'the system has buried the worker')
  expect((await cli(['run', workflow, '--steps', '1', '--out', out, '--quiet'])).code).toBe(0)
  expect(filesBelow(out)).toEqual(['video_00001.mp4'])
})

test('a worker ends itself when its parent is gone', async () => {
  const run = start(['run', workflow, ...long, '--out', scratchFolder()])
  await sampling(run)
  const worker = workerOf(run)
  run.child.kill('SIGKILL')
  await run.ended
  await until(() => !isAlive(worker), 'the worker has ended')
})

test('a command line that is refused before its worker has loaded leaves no worker', async () => {
  const started = start(['run', join('workflows', 'text-to-video.json'), '--set', 'nonsense'])
  const workers = new Set<number>()
  const look = setInterval(() => {
    try {
      for (const pid of childrenOf(started.child.pid!)) workers.add(pid)
    } catch { /* it has ended */ }
  }, 2)
  expect((await started.ended).code).toBe(2)
  clearInterval(look)
  expect(workers.size).toBe(1)
  await until(() => [...workers].every((pid) => !isAlive(pid)), 'the worker is gone')
})
