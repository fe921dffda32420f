/** POST /prompt, the queue and the history, as ComfyUI's clients see them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entry, picture, queue, run, slow, startComfy, type Prompt } from './comfy-support.ts'
import { root, type TestServer } from './support.ts'

let server: TestServer
beforeAll(async () => { server = await startComfy() })
afterAll(() => server?.stop())

interface Refusal {
  readonly error: { readonly type: string; readonly message: string; readonly details: string; readonly extra_info: Readonly<Record<string, unknown>> }
  readonly node_errors: Readonly<Record<string, { readonly errors: readonly { readonly type: string; readonly details: string; readonly extra_info: unknown }[]; readonly dependent_outputs: readonly string[]; readonly class_type: string }>>
}

async function refused(body: unknown, status = 400): Promise<Refusal> {
  const answer = await server.post('/prompt', body)
  expect(answer.status).toBe(status)
  return await answer.json() as Refusal
}

const remaining = async () => (await server.json('/prompt') as { exec_info: { queue_remaining: number } }).exec_info.queue_remaining
const show = (value: unknown): Prompt => ({ '1': { class_type: 'PrimitiveInt', inputs: { value } }, '2': { class_type: 'PreviewAny', inputs: { source: ['1', 0] } } })

describe('what is queued', () => {
  test('answers with id, number and no errors, with and without /api, whatever the content type', async () => {
    for (const [path, type] of [['/prompt', 'application/json'], ['/api/prompt', 'text/plain;charset=UTF-8'], ['/prompt', undefined]] as const) {
      const body = new Blob([JSON.stringify({ prompt: show(1), client_id: 'x', extra_data: { note: 'kept' } })])
      const answer = await server.fetch(path, { method: 'POST', body, headers: type === undefined ? {} : { 'content-type': type } })
      expect(answer.status).toBe(200)
      const json = await answer.json() as { prompt_id: string }
      expect(json).toEqual({ prompt_id: expect.stringMatching(/^[\w-]{36}$/), number: expect.any(Number), node_errors: {} })
      const { prompt } = await entry(server, json.prompt_id)
      expect(prompt).toEqual([expect.any(Number), json.prompt_id, show(1), { client_id: 'x', note: 'kept', create_time: expect.any(Number) }, ['2']])
    }
  })

  test('takes workflows of the editor and of ours, and lists them in the API format', async () => {
    const ours: unknown = JSON.parse(readFileSync(join(root, 'workflows/text-to-video.json'), 'utf8'))
    const editor = {
      last_node_id: 2, last_link_id: 1, version: 0.4, groups: [], config: {}, extra: {},
      nodes: [
        { id: 1, type: 'PrimitiveInt', pos: [0, 0], size: [200, 80], flags: {}, order: 0, mode: 0, inputs: [], outputs: [{ name: 'INT', type: 'INT', links: [1] }], properties: {}, widgets_values: [12] },
        { id: 2, type: 'PreviewAny', pos: [300, 0], size: [200, 80], flags: {}, order: 1, mode: 0, inputs: [{ name: 'source', type: '*', link: 1 }], outputs: [], properties: {}, widgets_values: [] },
      ],
      links: [[1, 1, 0, 2, 0, '*']],
    }
    for (const body of [{ prompt: editor }, editor]) {
      const answer = await server.post('/prompt', body)
      const { prompt_id: id } = await answer.json() as { prompt_id: string }
      const { prompt, outputs } = await entry(server, id)
      expect(prompt[2]).toMatchObject({ '1': { class_type: 'PrimitiveInt', inputs: { value: 12 } }, '2': { class_type: 'PreviewAny', inputs: { source: ['1', 0] } } })
      expect(outputs).toEqual({ '2': { text: ['12'] } })
    }
    const answer = await server.post('/prompt', { prompt: ours })
    expect(answer.status).toBe(200)
    await entry(server, (await answer.json() as { prompt_id: string }).prompt_id)
  })

  test('takes numbers as texts, texts as numbers, and leaves aside inputs that the type has not', async () => {
    const answer = await server.post('/prompt', { prompt: {
      '1': { class_type: 'PrimitiveInt', inputs: { value: '41', choose: 'file' } },
      '2': { class_type: 'PreviewText', inputs: { text: 7 } },
      '3': { class_type: 'PreviewAny', inputs: { source: ['1', 0] } },
    } })
    const body = await answer.json() as { prompt_id: string }
    expect(body).toMatchObject({ node_errors: {}, ignored_inputs: { '1': ['choose'] } })
    expect((await entry(server, body.prompt_id)).outputs).toEqual({ '2': { text: ['7'] }, '3': { text: ['41'] } })
  })

  test('runs what is sound of it, and says what is not', async () => {
    const prompt = { ...show(3), '7': { class_type: 'EmptyImage', inputs: { width: -1, height: 8, batch_size: 1, color: 0 } }, '8': { class_type: 'SaveImage', inputs: { images: ['7', 0], filename_prefix: 'x' } } }
    const answer = await server.post('/prompt', { prompt })
    expect(answer.status).toBe(200)
    const { prompt_id: id, node_errors: errors } = await answer.json() as Refusal & { prompt_id: string }
    expect(errors).toMatchObject({ '7': {
      class_type: 'EmptyImage', dependent_outputs: ['8'],
      errors: [{ type: 'value_smaller_than_min', details: expect.stringContaining('width'), extra_info: { input_name: 'width', received_value: -1, input_config: ['INT', expect.objectContaining({ min: expect.any(Number) })] } }],
    } })
    const { outputs, prompt: row, status } = await entry(server, id)
    expect(outputs).toEqual({ '2': { text: ['3'] } })
    expect(row[4]).toEqual(['2'])
    expect(status.completed).toBe(true)
  })

  test('runs up to the targets it is given', async () => {
    const prompt = { ...show(5), '3': { class_type: 'PreviewText', inputs: { text: 'not asked for' } } }
    const { outputs, prompt: row } = await run(server, prompt, { partial_execution_targets: ['2'] })
    expect(Object.keys(outputs)).toEqual(['2'])
    expect(row[4]).toEqual(['2'])
    expect(await refused({ prompt, partial_execution_targets: [] })).toMatchObject({ error: { type: 'prompt_no_outputs' } })
  })

  test('keeps secrets out of what it lists', async () => {
    const { prompt, outputs } = await run(server, { '1': { class_type: 'TrialGuarded', inputs: { password: 'hunter2-hunter2' } } })
    expect(outputs).toEqual({ '1': { text: ['15 characters'] } })
    expect(JSON.stringify(prompt)).not.toContain('hunter2')
    const failed = await run(server, { '1': { class_type: 'TrialGuarded', inputs: { password: 'hunter2-hunter2' } }, '2': { class_type: 'TrialFail', inputs: {} } })
    expect(JSON.stringify(failed)).not.toContain('hunter2')
  })

  test('gives one job for one Idempotency-Key, and refuses it for another body', async () => {
    const headers = { 'idempotency-key': 'comfy-1' }
    const [first, again] = [await queue(server, show(8), {}, headers), await queue(server, show(8), {}, headers)]
    expect(again).toBe(first)
    expect((await server.post('/prompt', { prompt: show(9) }, headers)).status).toBe(422)
  })
})

describe('what is refused', () => {
  test('a prompt with nodes that are not here: all are named, with their package where it is known', async () => {
    const before = await remaining()
    const { error, node_errors: errors } = await refused({
      prompt: { ...show(1), '8': { class_type: 'KSampler', inputs: {} }, '9': { class_type: 'VHS_VideoCombine', inputs: {} } },
      extra_data: { extra_pnginfo: { workflow: { nodes: [{ id: 9, type: 'VHS_VideoCombine', properties: { cnr_id: 'comfyui-videohelpersuite' } }] } } },
    })
    expect(error.type).toBe('invalid_prompt')
    expect(error.message).toContain('KSampler, VHS_VideoCombine')
    expect(error.details).toContain('comfyui-videohelpersuite')
    expect(error.extra_info).toEqual({ missing_node_types: [
      { class_type: 'KSampler', nodes: ['8'] }, { class_type: 'VHS_VideoCombine', nodes: ['9'], package: 'comfyui-videohelpersuite' },
    ] })
    expect(errors).toEqual({})
    expect(await remaining()).toBe(before)
  })

  test.each([
    ['no prompt', {}, 'no_prompt'],
    ['no nodes', { prompt: {} }, 'prompt_no_outputs'],
    ['no output node', { prompt: { '1': { class_type: 'PrimitiveInt', inputs: { value: 1 } } } }, 'prompt_no_outputs'],
    ['no class_type', { prompt: { '1': { inputs: {} } } }, 'invalid_prompt'],
    ['a list', { prompt: [1] }, 'invalid_prompt'],
    ['a bad link', { prompt: { '1': { class_type: 'PreviewAny', inputs: { source: ['2', 'x'] } } } }, 'bad_linked_input'],
    ['a path as its id', { prompt: show(1), prompt_id: '../x' }, 'invalid_prompt'],
    ['a client that is no text', { prompt: show(1), client_id: 5 }, 'invalid_prompt'],
    ['a number that is none', { prompt: show(1), number: {} }, 'invalid_prompt'],
    ['targets that are no list', { prompt: show(1), partial_execution_targets: '2' }, 'invalid_prompt'],
  ])('%s', async (_, body, type) => {
    const { error, node_errors: errors } = await refused(body)
    expect(error).toEqual({ type, message: expect.stringMatching(/\S/), details: expect.any(String), extra_info: expect.any(Object) })
    expect(errors).toEqual({})
  })

  test.each([
    ['required_input_missing', { '1': { class_type: 'SaveImage', inputs: {} } }],
    ['bad_linked_input', { '1': { class_type: 'PreviewAny', inputs: { source: ['gone', 0] } } }],
    ['return_type_mismatch', { '1': { class_type: 'PrimitiveInt', inputs: { value: 1 } }, '2': { class_type: 'SaveImage', inputs: { images: ['1', 0] } } }],
    ['invalid_input_type', { '1': { class_type: 'PreviewText', inputs: { text: true } } }],
    ['value_bigger_than_max', { '1': { class_type: 'EmptyImage', inputs: { width: 10_000_000, height: 8, batch_size: 1, color: 0 } }, '2': { class_type: 'SaveImage', inputs: { images: ['1', 0] } } }],
    ['value_not_in_list', { '1': { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: 0 } }, '2': { class_type: 'ImageScale', inputs: { image: ['1', 0], upscale_method: 'magic', width: 4, height: 4, crop: 'disabled' } }, '3': { class_type: 'SaveImage', inputs: { images: ['2', 0] } } }],
    ['custom_validation_failed', { '1': { class_type: 'LoadImage', inputs: { image: 'not-there.png' } }, '2': { class_type: 'SaveImage', inputs: { images: ['1', 0] } } }],
  ])('%s', async (type, prompt) => {
    const { error, node_errors: errors } = await refused({ prompt })
    expect(error).toMatchObject({ type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation' })
    const found = Object.values(errors).flatMap((one) => one.errors.map((each) => each.type))
    expect(found).toContain(type)
    for (const { dependent_outputs: outputs, class_type: name } of Object.values(errors)) {
      expect(outputs.length).toBeGreaterThan(0)
      expect(name).toMatch(/\w/)
    }
  })

  test('a cycle, and text that is no JSON', async () => {
    const { node_errors: errors } = await refused({ prompt: { '1': { class_type: 'PreviewText', inputs: { text: ['1', 0] } } } })
    expect(errors['1']!.errors[0]!.type).toBe('exception_during_inner_validation')
    const answer = await server.fetch('/prompt', { method: 'POST', body: '{"prompt": ' })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_json' } })
  })

  test('ids of the language: they are names like others', async () => {
    const prompt = JSON.parse('{"__proto__": {"class_type": "PreviewText", "inputs": {"text": "a"}}, "constructor": {"class_type": "toString", "inputs": {}}}') as Prompt
    expect(await refused({ prompt })).toMatchObject({ error: { type: 'invalid_prompt', extra_info: { missing_node_types: [{ class_type: 'toString' }] } } })
    const { outputs } = await run(server, JSON.parse('{"__proto__": {"class_type": "PreviewText", "inputs": {"text": "a"}}}') as Prompt)
    expect(Object.entries(outputs)).toEqual([['__proto__', { text: ['a'] }]])
  })

  test('the id of another job', async () => {
    const id = await queue(server, show(1), { prompt_id: 'my-own-id' })
    expect(id).toBe('my-own-id')
    expect(await refused({ prompt: show(2), prompt_id: 'my-own-id' }, 409)).toMatchObject({ error: { type: 'invalid_prompt' } })
    expect((await entry(server, id)).outputs).toEqual({ '2': { text: ['1'] } })
  })
})

describe('the queue', () => {
  test('lists what runs and what waits, front and numbers first; deletes, interrupts and clears', async () => {
    const running = await queue(server, slow(60))
    await expect.poll(async () => (await server.json('/queue') as { queue_running: unknown[] }).queue_running.length, { timeout: 30_000 }).toBe(1)
    const last = await queue(server, show(100))
    const numbered = await queue(server, show(101), { number: -5 })
    const first = await queue(server, show(102), { front: true })
    const listed = await server.json('/api/queue') as Record<'queue_running' | 'queue_pending', [number, string, Prompt, unknown, string[]][]>
    expect(listed.queue_running.map(([, id]) => id)).toEqual([running])
    expect(listed.queue_running[0]).toEqual([expect.any(Number), running, slow(60), expect.any(Object), ['2']])
    expect(listed.queue_pending.map(([, id]) => id)).toEqual([first, numbered, last])
    expect(await remaining()).toBe(4)

    expect(await (await server.post('/interrupt', { prompt_id: last })).json()).toEqual({}) // waits: is left alone
    expect(await remaining()).toBe(4)
    await server.post('/queue', { delete: [numbered, running] }) // what runs is left alone
    expect(await remaining()).toBe(3)
    await server.post('/queue', { clear: true })
    expect(await remaining()).toBe(1)
    await server.post('/interrupt', {})
    const { status, outputs } = await entry(server, running)
    expect(status).toMatchObject({ status_str: 'error', completed: false })
    expect(status.messages.map(([type]) => type)).toEqual(['execution_start', 'execution_cached', 'execution_interrupted'])
    expect(outputs).toEqual({})
  })

  test.each([['/queue', { delete: 'x' }], ['/history', { delete: [5] }], ['/interrupt', { prompt_id: 5 }], ['/queue', [1]]])('%s refuses %j', async (path, body) => {
    const answer = await server.post(path, body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request', message: expect.any(String) } })
  })
})

describe('the history', () => {
  test('holds what a prompt showed, cached or not, and how it went', async () => {
    const [first, again] = [await run(server, picture(77)), await run(server, { ...show(4), ...picture(77) })]
    expect(first.outputs).toMatchObject({ '2': { images: [{ filename: expect.stringMatching(/^comfy_\d+\.png$/), subfolder: '', type: 'output' }] } })
    expect(first.status.messages.map(([type]) => type)).toEqual(['execution_start', 'execution_cached', 'execution_success'])
    expect(first.meta).toEqual({ '2': { node_id: '2', display_node: '2', parent_node: null, real_node_id: '2' } })
    expect(again.status.messages[1]![1]['nodes']).toContain('1')

    await run(server, show(555))
    const cached = await run(server, show(555))
    expect(cached.outputs).toEqual({ '2': { text: ['555'] } })
    expect(cached.status.messages[1]![1]['nodes']).toEqual(expect.arrayContaining(['2']))
  })

  test('holds errors, on the node that the person sees', async () => {
    const { status } = await run(server, { '4': { class_type: 'TrialFail', inputs: { text: 'no luck' } } })
    expect(status).toMatchObject({ status_str: 'error', completed: false })
    expect(status.messages.at(-1)).toEqual(['execution_error', expect.objectContaining({
      node_id: '4', node_type: 'TrialFail', exception_message: expect.stringContaining('no luck'), exception_type: 'RangeError', traceback: expect.any(Array),
    })])
  })

  test('has all of a long page, in the order in which they ended', async () => {
    const ids = await Promise.all(Array.from({ length: 60 }, (_, index) => queue(server, show(2000 + index))))
    await Promise.all(ids.map((id) => entry(server, id)))
    const { jobs } = await server.json('/api/jobs?state=done&order=newest&limit=60') as { jobs: { id: string }[] }
    expect(jobs.map(({ id }) => id).sort()).toEqual(ids.sort())
    const page = await server.json('/history?max_items=60') as Record<string, { prompt: [number, string] }>
    expect(Object.keys(page)).toEqual(jobs.map(({ id }) => id).reverse())
    for (const [id, { prompt }] of Object.entries(page)) expect(prompt[1]).toBe(id)
  })

  test('gives pages from the oldest to the newest, and forgets', async () => {
    const ids: string[] = []
    for (let value = 0; value < 4; value++) {
      ids.push(await queue(server, show(900 + value)))
      await entry(server, ids.at(-1)!)
    }
    const all = Object.keys(await server.json('/history') as object)
    expect(all.slice(-4)).toEqual(ids)
    expect(Object.keys(await server.json('/history?max_items=2') as object)).toEqual(ids.slice(-2))
    expect(Object.keys(await server.json(`/history?max_items=2&offset=${all.length - 3}`) as object)).toEqual(ids.slice(1, 3))
    expect(await server.json(`/history?max_items=5&offset=${all.length + 10}`)).toEqual({})
    expect(await server.json('/history?max_items=0')).toEqual({})
    expect(Object.keys(await server.json('/history?max_items=-1') as object)).toEqual(all)
    expect((await server.fetch('/history?max_items=1e9')).status).toBe(400)
    expect(await server.json('/history/unknown')).toEqual({})

    await server.post('/history', { delete: [ids[0], 'unknown'] })
    expect(await server.json(`/history/${ids[0]}`)).toEqual({})
    await server.post('/history', { clear: true })
    expect(await server.json('/history')).toEqual({})
  })
})
