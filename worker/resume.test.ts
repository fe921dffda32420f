/** Runs as a server asks for them, in real workers that are killed: published files, checkpoints, suspension, previews. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunEvent } from '../core/run/events.ts'
import type { Json } from '../core/types/json.ts'
import { WorkerClient, WorkerDiedError } from './client.ts'
import type { RunAnswer, RunRequest } from './protocol.ts'
import type { SamplerPreview, StagedFile } from './protocol-files.ts'

const root = resolve(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'kinograph-resume-'))
let worker: WorkerClient
beforeAll(() => { worker = new WorkerClient({ device: 'cpu' }) })
afterAll(() => {
  worker.kill()
  rmSync(scratch, { recursive: true, force: true })
})

let folders = 0
const folder = (name: string) => {
  const path = join(scratch, `${name}-${folders++}`)
  mkdirSync(path)
  return path
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

function request(scheduler: string, more: Partial<RunRequest> = {}, set: readonly string[] = []): RunRequest {
  const output = folder('out')
  return {
    type: 'run', id: `run-${folders}`, device: 'cpu', cache: { mode: 'none' }, publishes: true,
    workflow: { path: join(root, 'workflows/text-to-video.json') },
    set: [`sampler.scheduler=${scheduler}`, 'sampler.steps=6', 'latent.frames=2', 'latent.width=32', 'latent.height=32', ...set],
    folders: { models: join(root, 'models'), input: scratch, output, temp: output }, ...more,
  }
}

interface Seen {
  answer: RunAnswer | 'died'
  files: StagedFile[]
  bytes: Buffer[]
  events: RunEvent[]
  previews: SamplerPreview[]
}

/** One attempt; the parent's part is done as the server does it. */
async function attempt(asked: RunRequest, client = worker, onEvent: (event: RunEvent) => void = () => {}): Promise<Seen> {
  const seen: Seen = { answer: 'died', files: [], bytes: [], events: [], previews: [] }
  try {
    seen.answer = await client.ask(asked, {
      onEvent: (event) => {
        seen.events.push(event)
        onEvent(event)
      },
      onPreview: (preview) => seen.previews.push(preview),
      onPublish: async (file) => {
        const filename = `${file.prefix}_${file.node}_${file.index}.${file.extension}`
        renameSync(file.staged, join(asked.folders.output, filename))
        seen.files.push(file)
        seen.bytes.push(readFileSync(join(asked.folders.output, filename)))
        return { filename, subfolder: '' }
      },
    })
  } catch (error) {
    if (!(error instanceof WorkerDiedError)) throw error
  }
  return seen
}

/** An attempt in a worker of its own, which kills itself at a place. */
async function killedAt(place: string, asked: RunRequest): Promise<Seen> {
  Object.assign(process.env, { KINOGRAPH_FAULTS: '1', KINOGRAPH_FAILPOINT: place })
  const client = new WorkerClient({ device: 'cpu' })
  delete process.env['KINOGRAPH_FAULTS']
  delete process.env['KINOGRAPH_FAILPOINT']
  try {
    return await attempt(asked, client)
  } finally {
    client.kill()
  }
}

/** How often the model is called in all. Progress is told now and then. */
const callsOf = ({ events }: Seen): number =>
  events.flatMap((event) => (event.type === 'node.progress' && event.node === 'sampler' ? [event.max] : []))[0]!

describe('files', () => {
  test('wait for their name beside the output folder, and ui has it', async () => {
    const asked = request('DPM++')
    const { answer, files, bytes, events } = await attempt(asked)
    expect(files).toMatchObject([{ node: 'save', index: 0, prefix: 'video', extension: 'mp4', bytes: bytes[0]!.length, sha256: sha256(bytes[0]!) }])
    expect(answer).toMatchObject({ status: 'done', files: [{ path: join(asked.folders.output, 'video_save_0.mp4') }] })
    expect(events.find((event) => event.type === 'node.done' && event.node === 'save')).toMatchObject({ ui: { images: [{ filename: 'video_save_0.mp4' }] } })
    expect(readdirSync(asked.folders.output)).toEqual(['video_save_0.mp4'])
  })

  test('a parent that refuses a name fails the node, and nothing is left', async () => {
    const asked = request('DPM++')
    const answer = await worker.ask(asked, { onPublish: () => Promise.reject(new Error('the disk is full')) })
    expect(answer).toMatchObject({ status: 'failed', problem: { node: { id: 'save' } } })
    expect(JSON.stringify(answer)).toContain('the disk is full')
    expect(readdirSync(asked.folders.output)).toEqual([])
  })

  test('each of a node\'s files, item by item, has its own number', async () => {
    const nodes: Json[] = [
      { id: 'pictures', type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 2 } },
      { id: 'save', type: 'SaveImage', inputs: { images: { from: 'pictures', output: 'IMAGE' } } },
    ]
    const { answer, files } = await attempt({ ...request('DPM++'), set: [], workflow: { json: { version: 1, nodes: [...nodes] } } })
    expect(answer).toMatchObject({ status: 'done' })
    expect(files.map(({ node, index, extension }) => [node, index, extension])).toEqual([['save', 0, 'png'], ['save', 1, 'png']])
  })
})

describe('a run that was killed goes on from its checkpoint to the same file', () => {
  test.each(['Euler', 'Euler A', 'DPM++', 'PNDM', 'DDIM'])('%s', async (scheduler) => {
    const whole = await attempt(request(scheduler))
    expect(whole.answer).toMatchObject({ status: 'done' })
    const checkpoints = { folder: folder('checkpoints'), steps: 1, seconds: 1000 }
    const asked = () => request(scheduler, { checkpoints })
    for (const place of ['worker-checkpoint-begun:1', 'worker-step:3', 'checkpoint-written:1']) {
      expect((await killedAt(place, asked())).answer).toBe('died')
    }
    const end = await killedAt(`worker-step:${callsOf(whole)}`, asked()) // it never comes to so many steps again
    expect(end.answer).toMatchObject({ status: 'done' })
    expect(end.files[0]!.sha256).toBe(whole.files[0]!.sha256)
    expect(readdirSync(checkpoints.folder).filter((name) => name.endsWith('.ckpt'))).toEqual([])
  })

  test('killed when the file waits for its name, it is made again and is the same', async () => {
    const whole = await attempt(request('Euler A'))
    const checkpoints = { folder: folder('checkpoints'), steps: 2, seconds: 1000 }
    expect((await killedAt('worker-staged', request('Euler A', { checkpoints }))).answer).toBe('died')
    expect(readdirSync(checkpoints.folder)).toHaveLength(1)
    const end = await attempt(request('Euler A', { checkpoints }))
    expect(end.files[0]!.sha256).toBe(whole.files[0]!.sha256)
  })

  test('another seed never gets it, a spoilt one is told', async () => {
    const checkpoints = { folder: folder('checkpoints'), steps: 1, seconds: 1000 }
    await killedAt('checkpoint-written:1', request('DPM++', { checkpoints }))
    const [name] = readdirSync(checkpoints.folder).filter((one) => one.endsWith('.ckpt'))
    expect((await killedAt('worker-step:6', request('DPM++', { checkpoints }, ['sampler.seed=7']))).answer).toBe('died')
    writeFileSync(join(checkpoints.folder, name!), readFileSync(join(checkpoints.folder, name!)).subarray(0, 2000))
    const again = await attempt(request('DPM++', { checkpoints }))
    expect(again.answer).toMatchObject({ status: 'done' })
    expect(again.events.filter(({ type }) => type === 'node.warning')).toMatchObject([{ node: 'sampler', message: expect.stringContaining('it is cut off') }])
  })
})

test('suspended, a run saves its state and is interrupted; asked for again it goes on', async () => {
  const checkpoints = { folder: folder('checkpoints'), steps: 1000, seconds: 1000 }
  const set = ['sampler.steps=60']
  const whole = await attempt(request('Euler A', {}, set))
  const asked = request('Euler A', { checkpoints }, set)
  const first = await attempt(asked, worker, (event) => {
    if (event.type === 'node.progress' && event.node === 'sampler' && event.value >= 3) worker.suspend(asked.id)
  })
  expect(first.answer).toEqual({ status: 'interrupted' })
  expect(readdirSync(checkpoints.folder)).toHaveLength(1)
  const second = await killedAt('worker-step:60', request('Euler A', { checkpoints }, set))
  expect(second.files[0]!.sha256).toBe(whole.files[0]!.sha256)
})

test('previews are small pictures of what it will be', async () => {
  const previews = { folder: folder('previews'), seconds: 0 }
  const { previews: seen } = await attempt(request('DPM++', { previews }, ['latent.width=64', 'latent.height=64', 'latent.frames=16']))
  expect(seen.length).toBeGreaterThan(0)
  for (const { node, shown, steps, paths, width, height, fps } of seen) {
    expect({ node, shown, steps, count: paths.length, width, height, fps }).toEqual({ node: 'sampler', shown: 'sampler', steps: 6, count: 8, width: 64, height: 64, fps: 4 })
    for (const path of paths) expect(await sharp(path).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 64 })
  }
})

test('memory is given back, and the next run is as before', async () => {
  const before = await attempt(request('DPM++', { cache: { mode: 'memory' } }))
  expect(await worker.ask({ type: 'free', id: 'free', sessions: true, results: true })).toEqual({ isFreed: true })
  const after = await attempt(request('DPM++', { cache: { mode: 'memory' } }))
  expect(after.files[0]!.sha256).toBe(before.files[0]!.sha256)
  expect(after.events.filter(({ type }) => type === 'node.cached')).toEqual([])
})
