/** ComfyUI's socket: what is said, in which order, to whom. */
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { entry, listen, picture, queue, sampling, slow, startComfy, type Listener, type Prompt } from './comfy-support.ts'
import type { TestServer } from './support.ts'

let server: TestServer
beforeAll(async () => { server = await startComfy() })
afterAll(() => server?.stop())

const show = (value: number): Prompt => ({ '1': { class_type: 'PrimitiveInt', inputs: { value } }, '2': { class_type: 'PreviewAny', inputs: { source: ['1', 0] } } })

async function heard(client: string, prompt: Prompt): Promise<{ id: string; listener: Listener }> {
  const listener = await listen(server, client)
  const id = await queue(server, prompt, { client_id: client })
  await listener.end(id)
  return { id, listener }
}

test.each(['/ws?clientId=a', '/api/ws', '/socket.io/?EIO=4&transport=polling'])('%s without an upgrade says what it is', async (path) => {
  const answer = await server.fetch(path)
  expect([answer.status, answer.headers.get('upgrade')]).toEqual([426, 'websocket'])
  expect(await answer.json()).toEqual({ error: { type: 'upgrade_required', code: 'upgrade_required', message: expect.stringContaining('This is a websocket: connect') } })
})

describe('one prompt', () => {
  test('is told from its start to its end, in ComfyUI\'s order', async () => {
    const { id, listener } = await heard('order', picture(1001))
    expect(listener.events[0]).toEqual({ type: 'status', data: { status: { exec_info: { queue_remaining: expect.any(Number) } }, sid: 'order' } })
    const told = listener.events.filter(({ data }) => data['prompt_id'] === id)
    const types = told.map(({ type }) => type).filter((type) => !type.startsWith('progress'))
    expect(types).toEqual(['execution_start', 'execution_cached', 'executing', 'executing', 'executed', 'execution_success', 'executing'])
    expect(told.find(({ type }) => type === 'execution_start')!.data).toEqual({ prompt_id: id, timestamp: expect.any(Number) })
    expect(told.find(({ type }) => type === 'execution_cached')!.data).toEqual({ nodes: [], prompt_id: id, timestamp: expect.any(Number) })
    expect(told.filter(({ type }) => type === 'executing').map(({ data }) => data)).toEqual([
      { node: '1', display_node: '1', prompt_id: id }, { node: '2', display_node: '2', prompt_id: id }, { node: null, display_node: null, prompt_id: id },
    ])
    expect(told.find(({ type }) => type === 'executed')!.data).toEqual({
      node: '2', display_node: '2', prompt_id: id, output: { images: [{ filename: expect.any(String), subfolder: '', type: 'output' }] },
    })
    expect(Object.keys(await server.json(`/history/${id}`) as object)).toEqual([id]) // it was there before the end was told
    await listener.close()
  })

  test('whose results are known: each output is told again, nothing is said to run', async () => {
    await heard('known-1', show(2002))
    const { id, listener } = await heard('known-2', show(2002))
    expect(listener.types(id).filter((type) => !type.startsWith('progress'))).toEqual(['execution_start', 'execution_cached', 'executed', 'execution_success', 'executing'])
    const cached = listener.events.find(({ type, data }) => type === 'execution_cached' && data['prompt_id'] === id)!
    expect(cached.data['nodes']).toEqual(expect.arrayContaining(['2']))
    await listener.close()
  })

  test('that fails ends with its error, then with node null', async () => {
    const { id, listener } = await heard('fails', { ...show(3), '4': { class_type: 'TrialFail', inputs: { text: 'as planned' } } })
    const types = listener.types(id)
    expect(types.slice(-2)).toEqual(['execution_error', 'executing'])
    expect(listener.events.find(({ type }) => type === 'execution_error')!.data).toEqual({
      prompt_id: id, node_id: '4', node_type: 'TrialFail', executed: expect.any(Array), exception_message: expect.stringContaining('as planned'),
      exception_type: 'RangeError', traceback: expect.any(Array), current_inputs: { text: ['as planned'] }, current_outputs: expect.any(Array), timestamp: expect.any(Number),
    })
    await listener.close()
  })

  test('that grows is told of by the node that the person sees', async () => {
    const { id, listener } = await heard('grows', { '5': { class_type: 'TrialGrow', inputs: { text: 'deep' } } })
    const executed = listener.events.filter(({ type, data }) => type === 'executed' && data['prompt_id'] === id)
    expect(executed.map(({ data }) => data['display_node'])).toEqual(['5'])
    expect(executed[0]!.data['node']).not.toBe('5')
    const { outputs, meta } = await entry(server, id)
    const [inner] = Object.keys(outputs)
    expect(meta[inner!]).toMatchObject({ display_node: '5', real_node_id: inner })
    await listener.close()
  })

  test('that is stopped says where', async () => {
    const listener = await listen(server, 'stopped')
    const id = await queue(server, slow(60, 200), { client_id: 'stopped' })
    await listener.event(({ type }) => type === 'progress')
    await server.post('/interrupt', { prompt_id: id })
    await listener.end(id)
    expect(listener.types(id).slice(-2)).toEqual(['execution_interrupted', 'executing'])
    expect(listener.events.find(({ type }) => type === 'execution_interrupted')!.data).toMatchObject({ prompt_id: id, node_id: '1', node_type: 'TrialSlow', executed: [] })
    const { [id]: kept } = await server.json(`/history/${id}`) as Record<string, { status: { messages: [string, object][] } }>
    expect(kept!.status.messages.at(-1)).toEqual(['execution_interrupted', expect.objectContaining({ node_id: '1', node_type: 'TrialSlow' })])
    await listener.close()
  })

  test('says how far it is: node by node, never all of them each time', async () => {
    const count = 300
    const chain: Record<string, { class_type: string; inputs: Record<string, unknown> }> = { '0': { class_type: 'PrimitiveInt', inputs: { value: 0 } } }
    for (let index = 1; index < count; index++) chain[index] = { class_type: 'PreviewAny', inputs: { source: [String(index - 1), 0] } }
    const { id, listener } = await heard('chain', { ...chain, ...Object.fromEntries(Object.entries(slow(0.5)).map(([key, node]) => [`s${key}`, { ...node, inputs: Object.fromEntries(Object.entries(node.inputs).map(([name, value]) => [name, Array.isArray(value) ? [`s${String(value[0])}`, value[1]] : value])) }])) })
    const states = listener.events.filter(({ type, data }) => type === 'progress_state' && data['prompt_id'] === id)
    const told = states.flatMap(({ data }) => Object.values(data['nodes'] as Record<string, unknown>))
    expect(told.length).toBeGreaterThanOrEqual(count)
    expect(told.length).toBeLessThan(4 * count)
    expect(told[0]).toEqual({
      value: expect.any(Number), max: expect.any(Number), state: expect.stringMatching(/^(running|finished)$/), node_id: expect.any(String), prompt_id: id,
      display_node_id: expect.any(String), parent_node_id: null, real_node_id: expect.any(String),
    })
    const last = new Map(states.flatMap(({ data }) => Object.entries(data['nodes'] as Record<string, { state: string }>)).map(([node, { state }]) => [node, state]))
    expect(new Set(last.values())).toEqual(new Set(['finished']))
    await listener.close()
  })
})

describe('clients', () => {
  test('hear of their own prompts only; all hear how long the queue is', async () => {
    const other = await listen(server, 'other')
    const { id, listener } = await heard('mine', show(3003))
    await other.event(({ type, data }) => type === 'status' && data['sid'] === undefined)
    expect(other.types(id)).toEqual([])
    expect(new Set(other.events.map(({ type }) => type))).toEqual(new Set(['status']))
    await Promise.all([listener.close(), other.close()])
  })

  test('are answered with what the server can do, and given an id where they have none', async () => {
    const listener = await listen(server, '')
    expect(listener.events.length === 0 || listener.events[0]!.type === 'status').toBe(true)
    const { data } = await listener.event(({ type }) => type === 'status')
    expect(data['sid']).toMatch(/^[0-9a-f]{32}$/)
    listener.send({ type: 'feature_flags', data: { supports_preview_metadata: true } })
    expect((await listener.event(({ type }) => type === 'feature_flags')).data).toEqual(await server.json('/features'))
    listener.send('anything else')
    listener.send({ type: '__proto__' })
    await listener.close()
  })

  test('that come back hear the rest of what runs, and the end of what ended meanwhile', async () => {
    const first = await listen(server, 'returns')
    const running = await queue(server, slow(2), { client_id: 'returns' })
    await first.event(({ type }) => type === 'progress')
    await first.close()
    const second = await listen(server, 'returns')
    expect((await second.event(({ type }) => type === 'executing')).data).toEqual({ node: '1', display_node: '1', prompt_id: running })
    await second.end(running)
    expect(second.types(running)).toContain('execution_success')

    const unheard = await queue(server, slow(1), { client_id: 'returns' })
    await second.event(({ type, data }) => type === 'progress' && data['prompt_id'] === unheard)
    await second.close()
    await entry(server, unheard)
    const third = await listen(server, 'returns')
    await third.end(unheard)
    expect(third.types(unheard)).toEqual(['execution_success', 'executing'])
    await third.close()
  })

  test('are not left in silence while nothing happens', async () => {
    const listener = await listen(server, 'silent')
    await expect.poll(() => listener.events.length, { timeout: 50_000 }).toBeGreaterThanOrEqual(4)
    expect(new Set(listener.events.map(({ type }) => type))).toEqual(new Set(['status']))
    await listener.close()
  })

  test('two hundred of them all hear', async () => {
    const listeners = await Promise.all(Array.from({ length: 200 }, (_, index) => listen(server, `crowd-${index}`)))
    const ids = await Promise.all(listeners.map((_, index) => queue(server, show(10_000 + index), { client_id: `crowd-${index}` })))
    await Promise.all(listeners.map((listener, index) => listener.end(ids[index]!)))
    for (const [index, listener] of listeners.entries()) {
      expect(listener.types(ids[index]!)).toEqual(expect.arrayContaining(['execution_start', 'progress_state', 'executed', 'execution_success']))
      expect(listener.events.filter(({ data }) => data['prompt_id'] !== undefined && data['prompt_id'] !== ids[index])).toEqual([])
    }
    await Promise.all(listeners.map((listener) => listener.close()))
  })

  test('that send too much are let go', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws?clientId=large`)
    await once(socket, 'open')
    socket.on('error', () => {})
    socket.send('x'.repeat(100_000))
    const [code] = await once(socket, 'close') as [number]
    expect(code).toBe(1009)
  })
})

describe('previews', () => {
  test('are JPEGs with a head of their own, described where that was asked for', async () => {
    const [plain, described] = [await listen(server, 'sampler'), await listen(server, 'sampler')]
    described.send({ type: 'feature_flags', data: { supports_preview_metadata: true } })
    await described.event(({ type }) => type === 'feature_flags')
    const id = await queue(server, sampling(31), { client_id: 'sampler' })
    await Promise.all([plain.end(id), described.end(id)])
    expect(plain.frames.length).toBeGreaterThan(0)
    for (const frame of plain.frames) {
      expect([frame.readUInt32BE(0), frame.readUInt32BE(4)]).toEqual([1, 1])
      expect(frame.subarray(8, 11).toString('hex')).toBe('ffd8ff')
    }
    expect(described.frames.length).toBeGreaterThan(0)
    for (const frame of described.frames) {
      const length = frame.readUInt32BE(4)
      expect(frame.readUInt32BE(0)).toBe(4)
      expect(JSON.parse(frame.subarray(8, 8 + length).toString())).toEqual({
        node_id: '7', display_node_id: '7', parent_node_id: null, real_node_id: '7', prompt_id: id, image_type: 'image/jpeg',
      })
      expect(frame.subarray(8 + length, 11 + length).toString('hex')).toBe('ffd8ff')
    }
    const { outputs } = await entry(server, id)
    expect(outputs['9']).toEqual({ images: [{ filename: expect.stringMatching(/\.mp4$/), subfolder: '', type: 'output' }], animated: [true] })
    await Promise.all([plain.close(), described.close()])
  })
})
