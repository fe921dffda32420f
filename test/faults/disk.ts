/** A full disk, under the database, the output folder and the checkpoints: a small file system of its own in memory. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync, appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readiness } from '../../server/operations/readiness.ts'
import { filesBelow, scratchFolder } from '../server/support.ts'
import { referenceClip } from './reference.ts'
import { expectThat, onStage } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { clip, pictures, waits } from './workflows.ts'

const NO_SPACE = /space|disk|ENOSPC/i

export const diskScenarios = (): Scenario[] => [
  { name: 'a full disk under the database', isQuick: true, run: () => onDisk(databaseIsFull) },
  { name: 'a full disk under the output folder', isQuick: true, run: () => onDisk(outputIsFull) },
  { name: 'a full disk under the checkpoints', isQuick: true, run: () => onDisk(checkpointsAreFull) },
]

/** A small file system that can be filled and emptied. */
class Disk {
  readonly folder = scratchFolder()
  readonly #ballast = join(this.folder, 'ballast')

  constructor(megabytes: number) {
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', this.folder], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`no small file system can be made here (${stderr.trim()}): run this as root, or by "unshare -Urm"`)
  }

  get free(): number {
    const { bavail, bsize } = statfsSync(this.folder)
    return bavail * bsize
  }

  /** Leaves so many bytes. */
  fill(left = 0): void {
    writeFileSync(this.#ballast, '')
    const page = Buffer.alloc(4096, 1)
    try {
      while (this.free > left) appendFileSync(this.#ballast, page)
    } catch {
      // full
    }
  }

  empty(): void {
    rmSync(this.#ballast)
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.folder])
  }
}

async function onDisk(play: (disk: Disk) => Promise<void>): Promise<void> {
  const disk = new Disk(24)
  try {
    await play(disk)
  } finally {
    disk.unmount()
  }
}

/** Submissions are refused with the reason, and taken again once there is space. None is half there. */
const databaseIsFull = (disk: Disk): Promise<void> => onStage({ folder: disk.folder, config: { minFreeBytes: 100_000 } }, async ({ life, client, ledger, settle }) => {
  await life.begin()
  await ledger.send(client, ledger.add({ title: 'before', workflow: waits('before', 0), files: 0 }))
  await client.pause()
  disk.fill()
  const refusals: string[] = []
  for (let index = 0; index < 200 && refusals.length < 3; index++) {
    const title = `full-${index}`
    const answer = await client.submit(waits(title, 0))
    expectThat(answer !== undefined, 'the server did not answer')
    if (answer.status < 300) ledger.add({ title, workflow: {}, files: 0 }).ids.add(answer.body.job.id)
    else {
      expectThat(answer.status === 507 || answer.status === 503, `a full disk was answered ${answer.status}`)
      refusals.push(JSON.stringify(answer.body))
    }
  }
  expectThat(refusals.length === 3 && refusals.every((text) => NO_SPACE.test(text)), `refusals: ${refusals.join('\n')}`)
  const ready = await client.get('/ready')
  const said = ready?.body as Readiness | undefined
  const problem = said?.checks.find(({ name }) => name === 'store')?.problem ?? ''
  expectThat(ready?.status === 503 && NO_SPACE.test(problem), `/ready says ${ready?.status} ${JSON.stringify(ready?.body)}`)
  disk.empty()
  await ledger.send(client, ledger.add({ title: 'after', workflow: pictures('after', 1), files: 1 }))
  expectThat(ledger.wishes.at(-1)?.ids.size === 1, 'nothing is taken although there is space again')
  await client.resume()
  await settle()
  await life.begin() // and what is there opens
  await settle()
})

/** A job whose file finds no space fails and says so; nothing of it stays; the next one is made. */
const outputIsFull = (disk: Disk): Promise<void> => onStage({ args: ['--output-dir', disk.folder], config: { minFreeBytes: 0 } }, async (stage) => {
  const { life, client, ledger } = stage
  await life.begin()
  disk.fill(8 * 1024)
  const before = filesBelow(disk.folder)
  const wish = ledger.add({ title: 'noise', workflow: clip('noise', 4), files: 1 })
  await ledger.send(client, wish)
  const { state, problem } = await client.ended([...wish.ids][0]!)
  expectThat(state === 'failed' && NO_SPACE.test(JSON.stringify(problem)), `it ended ${state}: ${JSON.stringify(problem)}`)
  expectThat(filesBelow(disk.folder).join() === before.join(), `left behind: ${filesBelow(disk.folder).join(' ')}`)
  disk.empty()
  const next = ledger.add({ title: 'next', workflow: clip('next', 4), files: 1 })
  await ledger.send(client, next)
  expectThat((await client.ended([...next.ids][0]!)).state === 'done', 'nothing is made although there is space again')
  expectThat(filesBelow(disk.folder).length === 1, `in the output folder: ${filesBelow(disk.folder).join(' ')}`)
  await life.end()
})

/** A checkpoint is for later: a run that can't save one goes on without. */
async function checkpointsAreFull(disk: Disk): Promise<void> {
  const sha256 = await referenceClip('clip', 6)
  await onStage({}, async ({ life, client, ledger, settle }) => {
    const folder = join(life.data, 'checkpoints')
    mkdirSync(folder, { recursive: true })
    spawnSync('mount', ['--bind', disk.folder, folder])
    try {
      disk.fill()
      await life.begin()
      await ledger.send(client, ledger.add({ title: 'clip', workflow: clip('clip', 6), files: 1, sha256 }))
      await settle()
    } finally {
      await life.end()
      spawnSync('umount', ['-l', folder])
    }
  })
}

