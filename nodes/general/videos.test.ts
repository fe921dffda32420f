import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRegistry, defineNode, provide, runWorkflow } from '../../core/index.ts'
import type { RunOptions, WorkflowError } from '../../core/index.ts'
import { encodeVideo, frameWriter, readMetadata } from '../../media/index.ts'
import type { Frames } from '../../media/index.ts'
import { bytes, samplesOf } from '../../media/testing/frames.ts'
import { builtIn } from '../index.ts'
import { numberedOutputs } from '../save/numbered.ts'
import { OUTPUTS, PROVENANCE } from '../services.ts'
import { runNode } from '../testing/run-node.ts'
import { port } from '../types/index.ts'
import type { Video } from '../types/index.ts'

let folder = ''
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'kinograph-videos-')) })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const rgb = (greys: readonly number[]) => bytes(1, 1, 3, greys.flatMap((grey) => [grey, grey, grey]))
const video = (fps: number, ...greys: number[]): Video => ({ frames: rgb(greys), fps })
const ten = video(10, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90)
const greysOf = async (frames: Frames) => (await samplesOf(frames)).filter((_, i) => i % 3 === 0)
const videoFrom = async (type: string, inputs: Record<string, unknown>) => {
  const { frames, fps } = (await runNode(type, inputs)).outputs['VIDEO'] as Video
  return { fps, greys: await greysOf(frames) }
}
const messageOf = (work: Promise<unknown>) => work.then(() => 'it ran', (error: WorkflowError) => error.message)

describe('parts of videos', () => {
  test.each([
    [{ start_time: 0.2, duration: 0.3 }, [20, 30, 40]], [{ start_time: 0.8 }, [80, 90]], [{ start_time: -0.2 }, [80, 90]],
    [{ start_time: -99, duration: 0.1 }, [0]], [{ duration: 0.01 }, [0]], [{ start_time: 0.8, duration: 99 }, [80, 90]],
  ])('%j', async (inputs, greys) => expect(await videoFrom('Video Slice', { video: ten, ...inputs })).toEqual({ fps: 10, greys }))
  test('nothing there, or less than strictly wanted, is refused', async () => {
    expect(await messageOf(runNode('Video Slice', { video: ten, start_time: 1 }))).toContain('input "start_time": some seconds from 1 on were asked for, the video has 1')
    expect(await messageOf(runNode('Video Slice', { video: ten, duration: 2, strict_duration: true }))).toContain('input "duration"')
  })
  test('by frames', async () => {
    expect(await videoFrom('VideoTemporalCrop', { video: ten, start_frame: 8, length: 5 })).toEqual({ fps: 10, greys: [80, 90] })
    expect(await messageOf(runNode('VideoTemporalCrop', { video: ten, start_frame: 10 }))).toContain('input "start_frame"')
  })
  test('components', async () => {
    const { outputs } = await runNode('GetVideoComponents', { video: ten })
    expect(outputs).toEqual({ images: ten.frames, audio: undefined, fps: 10 })
  })
  test('one after the other, in the speed of the first', async () =>
    expect(await videoFrom('ConcatVideos', { 'videos.0': video(4, 1, 2), 'videos.1': video(2, 8, 9) })).toEqual({ fps: 4, greys: [1, 2, 8, 8, 9, 9] }))
  test('another frame rate', async () => {
    expect(await videoFrom('ChangeFPS', { video: ten, fps: 5 })).toEqual({ fps: 5, greys: [0, 20, 40, 60, 80] })
    expect(await videoFrom('ChangeFPS', { video: video(1, 0, 100), fps: 2, method: 'blend' })).toEqual({ fps: 2, greys: [0, 50, 100, 100] })
  })
  test('components → CreateVideo = id', async () => {
    const { outputs: { images, fps } } = await runNode('GetVideoComponents', { video: ten })
    expect((await runNode('CreateVideo', { images, fps })).outputs['VIDEO']).toEqual(ten)
  })
})

describe('files', () => {
  const options = (): Partial<RunOptions> => ({
    paths: { models: '/none', input: folder, output: join(folder, 'out'), temp: tmpdir() },
    services: [provide(OUTPUTS, numberedOutputs(join(folder, 'out'))), provide(PROVENANCE, { describe: async (workflow) => ({ kinograph: '0', workflow }) })],
  })
  test.each([['gif'], ['webp']] as const)('a %s is loaded with its speed, or a part of it', async (format) => {
    await encodeVideo(bytes(4, 4, 3, Array.from({ length: 8 * 48 }, (_, i) => Math.floor(i / 48) * 30)), join(folder, `in.${format}`), { fps: 4, format })
    const { frames, fps } = (await runNode('LoadVideo', { file: `in.${format}`, start: 0.5, duration: 1 }, options())).outputs['VIDEO'] as Video
    expect([frames.count, frames.width, fps]).toEqual([4, 4, 4])
    expect((await samplesOf(frames))[0]).toBeGreaterThan(50)
  })
  test('a name outside the folder, a missing one, one that is no video', async () => {
    writeFileSync(join(folder, 'text.mp4'), '#EXTM3U')
    expect(await messageOf(runNode('LoadVideo', { file: '../x.mp4' }, options()))).toContain('is not a name inside the input folder')
    expect(await messageOf(runNode('LoadVideo', { file: 'none.mp4' }, options()))).toContain('there is no file "none.mp4"')
    expect(await messageOf(runNode('LoadVideo', { file: 'text.mp4' }, options()))).toMatch(/input "file": .*it is no video of a kind that is read/)
  })
  test.each([
    [{}, 'mp4'], [{ format: 'webm' }, 'webm'], [{ codec: 'vp8' }, 'webm'], [{ format: 'gif' }, 'gif'], [{ format: 'webp', crf: 0 }, 'webp'],
  ])('SaveVideo %j writes a %s with its workflow', async (inputs, ending) => {
    const { events } = await runNode('SaveVideo', { video: ten, filename_prefix: `s-${ending}`, ...inputs }, options())
    const saved = /"filename":"([^"]*)"/.exec(JSON.stringify(events))![1]!
    expect(saved).toMatch(new RegExp(`^s-${ending}_\\d{5}\\.${ending}$`))
    expect(await readMetadata(join(folder, 'out', saved))).toMatchObject({ workflow: { nodes: expect.any(Array) } })
  })
  test.each([
    [{ format: 'mp4', codec: 'vp9' }, 'input "codec": expected one that mp4 can hold (auto, h264), got vp9. Set it to auto.'],
    [{ format: 'gif', codec: 'h264' }, 'input "codec": expected one that gif can hold (auto, gif), got h264'],
    [{ crf: 52 }, 'input "crf": expected 0 to 51 for H.264, got 52'],
    [{ filename_prefix: '../x' }, 'input "filename_prefix"'],
  ])('SaveVideo %j is refused before anything runs', async (inputs, message) =>
    expect(await messageOf(runNode('SaveVideo', { video: ten, ...inputs }, options()))).toContain(message))
  test('SaveWEBM and SaveAnimatedWEBP write what their names say', async () => {
    await runNode('SaveWEBM', { images: ten.frames, filename_prefix: 'w' }, options())
    await runNode('SaveAnimatedWEBP', { images: ten.frames, filename_prefix: 'a' }, options())
    expect(readdirSync(join(folder, 'out'))).toEqual(expect.arrayContaining(['w_00001.webm', 'a_00001.webp']))
  })
})

describe('views in the engine', () => {
  //  Make ──► ImageFlip ──► ComfySwitchNode ──► ImageInvert ──► Look       Make's frames are a file that closes with them
  test('frames live as long as the last view of them, also through sockets that take anything', async () => {
    const closed: string[] = []
    const make = defineNode({
      type: 'Make', category: 'test', inputs: {}, outputs: { IMAGE: port.image() },
      async run() {
        const { frames, push } = frameWriter({ count: 1, width: 2, height: 1, channels: 3, dtype: 'u8', memoryBudget: 0 })
        await push(Uint8Array.of(1, 2, 3, 4, 5, 6))
        return { IMAGE: { ...frames, read: frames.read, async close() { closed.push('made'); await frames.close?.() } } }
      },
    })
    const look = defineNode({
      type: 'Look', category: 'test', output: true, inputs: { image: port.image() }, outputs: { samples: port.any() },
      async run({ image }) {
        await new Promise((resolve) => { setTimeout(resolve, 20) })     // long after Make has been let go
        expect(closed).toEqual([])
        return { samples: await samplesOf(image) }
      },
    })
    const from = (id: string, output: string) => ({ from: id, output })
    const result = await runWorkflow({
      version: 1, nodes: [
        { id: 'make', type: 'Make', inputs: {} },
        { id: 'flip', type: 'ImageFlip', inputs: { image: from('make', 'IMAGE'), flip_method: 'y-axis: horizontally' } },
        { id: 'switch', type: 'ComfySwitchNode', inputs: { switch: true, on_true: from('flip', 'IMAGE') } },
        { id: 'invert', type: 'ImageInvert', inputs: { image: from('switch', 'output') } },
        { id: 'look', type: 'Look', inputs: { image: from('invert', 'IMAGE') } },
      ],
    }, {
      registry: createRegistry([
        { ...builtIn, id: 'kinograph', hash: 'built in', trusted: true }, { id: 'test', hash: 'test', trusted: true, nodes: [make, look] },
      ]),
      paths: { models: '/none', input: '/none', output: '/none', temp: tmpdir() },
    })
    expect(result.error).toBeUndefined()
    expect(result.results.get('look')?.outputs.get('samples')?.value).toEqual([251, 250, 249, 254, 253, 252])
    result.release()
    expect(closed).toEqual(['made'])
  })
})
