/** Published clients of ComfyUI against the built server: queue, progress, preview, result, download, interrupt, upload. */
import { CallWrapper, ComfyApi, PromptBuilder, type NodeData } from '@saintno/comfyui-sdk'
import { Client as CanvasClient, Workflow as CanvasWorkflow } from '@stable-canvas/comfyui-client'
import { ComfyUIClient } from 'comfy-ui-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { PIXEL, picture, sampling, slow, startComfy, type Prompt } from './comfy-support.ts'
import type { TestServer } from './support.ts'

let server: TestServer
beforeAll(async () => { server = await startComfy() })
afterAll(() => server?.stop())

const PNG = Buffer.from('\x89PNG', 'latin1')
describe('@saintno/comfyui-sdk', () => {
  let api: ComfyApi
  beforeAll(async () => {
    api = new ComfyApi(server.url, 'saintno')
    api.init()
    await api.waitForReady()
  })
  afterAll(() => api?.destroy())

  const builder = (prompt: Prompt, node = '2') => new PromptBuilder<never, 'shown', NodeData>(prompt as NodeData, [], ['shown']).setOutputNode('shown', node)

  test('queues, hears of progress, gets the result and downloads it', async () => {
    const seen: string[] = []
    const result = await new CallWrapper(api, builder({ ...slow(0.5), '3': { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: 1 } }, '2': { class_type: 'SaveImage', inputs: { images: ['3', 0], filename_prefix: 'saintno' } }, '4': { class_type: 'PreviewAny', inputs: { source: ['1', 0] } } }))
      .onPending(() => seen.push('pending'))
      .onProgress(({ value, max }) => seen.push(`${value}/${max}`))
      .onFailed((error) => seen.push(String(error)))
      .run()
    expect(seen[0]).toBe('pending')
    expect(seen.filter((one) => one.includes('Error'))).toEqual([])
    const { images } = (result as { shown: { images: { filename: string; subfolder: string; type: string }[] } }).shown
    expect(images).toMatchObject([{ subfolder: '', type: 'output' }])
    const bytes = Buffer.from(await (await api.getImage(images[0] as never)).arrayBuffer())
    expect(bytes.subarray(0, 4)).toEqual(PNG)
  })

  test('gets the result of a prompt all of whose results are known', async () => {
    const known = (): Prompt => ({ '1': { class_type: 'PrimitiveInt', inputs: { value: 4711 } }, '2': { class_type: 'PreviewAny', inputs: { source: ['1', 0] } } })
    for (let time = 0; time < 3; time++) {
      const result = await new CallWrapper(api, builder(known())).run()
      expect(result).toMatchObject({ shown: { text: ['4711'] } })
    }
  })

  test('is told why a prompt is refused, and that one failed', async () => {
    const causes: unknown[] = []
    const wrapper = (prompt: Prompt) => new CallWrapper(api, builder(prompt)).onFailed((error) => causes.push(error.cause ?? error.message))
    expect(await wrapper({ '2': { class_type: 'KSampler', inputs: {} } }).run()).toBe(false)
    expect(causes[0]).toMatchObject({ error: { type: 'invalid_prompt' } })
    causes.length = 0
    expect(await wrapper({ '1': { class_type: 'TrialSlow', inputs: { seconds: 0.3 } }, '2': { class_type: 'TrialFail', inputs: { text: 'broken' } } }).run()).toBe(false)
    expect(causes.length).toBeGreaterThan(0)
  })

  test('stops what runs', async () => {
    const failed = new Promise<Error>((resolve) => {
      const wrapper = new CallWrapper(api, builder(slow(60)))
      wrapper.onFailed(resolve).onProgress(() => void api.interrupt())
      void wrapper.run()
    })
    expect(String(await failed)).toMatch(/interrupted|missing/i)
    expect(await api.getQueue()).toEqual({ queue_running: [], queue_pending: [] })
  })

  test('gets previews while a sampler runs', async () => {
    const previews: Blob[] = []
    const result = await new CallWrapper(api, builder(sampling(99), '9')).onPreview((blob) => previews.push(blob)).run()
    expect(result).toMatchObject({ shown: { images: [{ type: 'output' }], animated: [true] } })
    expect(previews.length).toBeGreaterThan(0)
    expect(Buffer.from(await previews[0]!.arrayBuffer()).subarray(0, 3).toString('hex')).toBe('ffd8ff')
  })

  test('uploads, asks about the server, keeps files of its own', async () => {
    const uploaded = await api.uploadImage(PIXEL, 'saintno.png', { override: true })
    expect(uploaded).toMatchObject({ info: { name: 'saintno.png', filename: 'saintno.png', subfolder: '', type: 'input' } })
    expect(await api.uploadMask(PIXEL, { filename: 'saintno.png', subfolder: '', type: 'input' })).toMatchObject({ info: { type: 'input' } })
    expect(await api.getSystemStats()).toMatchObject({ system: { comfyui_version: expect.any(String), os: process.platform }, devices: [{ type: 'cpu' }] })
    expect(await api.getNodeDefs('SaveImage')).toMatchObject({ SaveImage: { output_node: true } })
    expect(await api.getNodeDefs('NoSuchNode')).toBeNull()
    expect(await api.getEmbeddings()).toEqual([])
    expect(await api.getExtensions()).toEqual([])
    expect(await api.getFeatures()).toMatchObject({ max_upload_size: expect.any(Number) })
    expect(await api.getModelTypes()).toEqual(expect.any(Array))
    expect(await api.freeMemory(true, true)).toBe(true)
    await api.storeSettings({ 'Comfy.Theme': 'dark' })
    expect(await api.getSetting('Comfy.Theme')).toBe('dark')
    await api.storeUserData('workflows/mine.json', { nodes: [] })
    expect(await (await api.getUserData('workflows/mine.json')).json()).toEqual({ nodes: [] })
    expect(await api.listUserData('workflows', true)).toEqual(['mine.json'])
    await api.moveUserData('workflows/mine.json', 'workflows/yours.json')
    expect(await api.listUserDataV2('workflows')).toMatchObject([{ name: 'yours.json', type: 'file' }])
    await api.deleteUserData('workflows/yours.json')
    expect((await api.getTerminalLogs()).entries.length).toBeGreaterThan(0)
    expect(Object.keys(await api.getHistories(2))).toHaveLength(2)
  })
})

describe('comfy-ui-client', () => {
  let client: ComfyUIClient
  beforeAll(async () => {
    client = new ComfyUIClient(`127.0.0.1:${server.port}`, 'comfy-ui-client')
    await client.connect()
  })
  afterAll(() => client?.disconnect())

  test('gets the pictures of a prompt', async () => {
    const images = await client.getImages(picture(2) as never)
    const { blob, image } = images['2']![0]!
    expect(image.filename).toMatch(/^comfy_\d+\.png$/)
    expect(Buffer.from(await blob.arrayBuffer()).subarray(0, 4)).toEqual(PNG)
  })

  test('gets them however fast they come', async () => {
    for (let time = 0; time < 20; time++) expect(Object.keys(await client.getImages(picture(2) as never))).toEqual(['2'])
  })

  test('queues, stops, uploads and looks around', async () => {
    const { prompt_id: id } = await client.queuePrompt(slow(60) as never) as unknown as { prompt_id: string }
    expect(id).toMatch(/^[\w-]{36}$/)
    await expect.poll(async () => (await client.getQueue()).queue_running.length, { timeout: 30_000 }).toBe(1) // what waits is not stopped
    await client.interrupt()
    await expect.poll(async () => (await client.getQueue()).queue_running.length, { timeout: 30_000 }).toBe(0)
    expect(await client.uploadImage(PIXEL as never, 'ui.png', true)).toEqual({ name: 'ui.png', subfolder: '', type: 'input' })
    expect(await client.uploadMask(PIXEL as never, 'mask.png', { filename: 'ui.png', subfolder: '', type: 'input' } as never, true)).toMatchObject({ name: 'mask.png' })
    expect(await client.getObjectInfo('SaveImage')).toHaveProperty('SaveImage')
    expect(await client.getSystemStats()).toHaveProperty('devices')
    expect(await client.getPrompt()).toHaveProperty('exec_info')
    expect(await client.getQueue()).toHaveProperty('queue_pending')
    expect(await client.getHistory()).toEqual(expect.any(Object))
    await client.editHistory({ delete: [id] } as never)
  })
})

describe('@stable-canvas/comfyui-client', () => {
  let client: CanvasClient
  beforeAll(async () => {
    client = new CanvasClient({ api_host: `127.0.0.1:${server.port}`, clientId: 'canvas', WebSocket })
    await client.connect()
  })
  afterAll(() => client?.close())

  const workflow = (color: number) => {
    const made = new CanvasWorkflow()
    const { EmptyImage, SaveImage } = made.classes as unknown as Record<string, (inputs: object) => Iterable<never>>
    const [image] = EmptyImage!({ width: 8, height: 8, batch_size: 1, color })
    SaveImage!({ images: image, filename_prefix: 'canvas' })
    return made
  }

  test('runs a workflow over the socket, and by asking', async () => {
    for (const result of [await workflow(3).invoke(client), await workflow(4).invoke_polling(client, { polling_ms: 50 })]) {
      expect(result.images).toMatchObject([{ type: 'url' }])
      const answer = await fetch((result.images[0] as { data: string }).data)
      expect(Buffer.from(await answer.arrayBuffer()).subarray(0, 4)).toEqual(PNG)
    }
  })

  test('hears of progress, and that a workflow was stopped', async () => {
    const seen: number[] = []
    const made = new CanvasWorkflow()
    const { TrialSlow, PreviewAny } = made.classes as unknown as Record<string, (inputs: object) => Iterable<never>>
    const [steps] = TrialSlow!({ seconds: 60, steps: 200 })
    PreviewAny!({ source: steps })
    const invoked = made.instance(client, { progress: ({ value }: { value: number }) => {
      seen.push(value)
      void invoked.interrupt()
    } })
    await invoked.enqueue()
    await expect(invoked.wait()).rejects.toThrow(/interrupt/i)
    expect(seen.length).toBeGreaterThan(0)
  })

  test('is told what is wrong', async () => {
    await expect(client.enqueue({ '1': { class_type: 'SaveImage', inputs: {} } })).rejects.toThrow()
    const made = new CanvasWorkflow()
    made.node('TrialSlow', { seconds: 0.2 })
    made.node('TrialFail', { text: 'canvas' })
    await expect(made.invoke(client)).rejects.toThrow(/canvas/)
  })

  test('deletes what waits, reads the history, keeps settings', async () => {
    const { prompt_id: running } = await client.queuePrompt(0, { prompt: slow(60), workflow: {} }) as { prompt_id: string }
    const { prompt_id: waiting } = await client.queuePrompt(0, { prompt: slow(61), workflow: {} }) as { prompt_id: string }
    await client.deleteItem('queue', waiting)
    await expect.poll(async () => (await client.getPromptStatus(waiting)).done, { timeout: 30_000 }).toBe(true)
    await expect.poll(async () => (await client.getPromptStatus(running)).running, { timeout: 30_000 }).toBe(true)
    await client.interrupt(running)
    await expect.poll(async () => (await client.getPromptStatus(running)).done, { timeout: 30_000 }).toBe(true)
    expect((await client.getHistory(5)).History.length).toBeGreaterThan(0)
    await client.storeSetting('Comfy.Canvas', [1, 2])
    expect(await client.getSetting('Comfy.Canvas')).toEqual([1, 2])
    expect(await client.getUserConfig()).toMatchObject({ storage: 'server' })
    expect((await client.getNodeDefs())['SaveImage']).toBeDefined()
    await client.free({ unload_models: true })
  })
})
