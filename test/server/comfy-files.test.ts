/** Uploads, /view, what nodes and models there are, files and settings of a person's own. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PIXEL, picture, run, startComfy } from './comfy-support.ts'
import { ask } from './raw.ts'
import { scratchFolder, type TestServer } from './support.ts'

let server: TestServer
const models = scratchFolder()
beforeAll(async () => {
  mkdirSync(join(models, 'Diffusion_Transformer/one/transformer'), { recursive: true })
  mkdirSync(join(models, 'Personalized_Model'))
  const header = Buffer.from(JSON.stringify({ '__metadata__': { ss_base: 'easyanimate', '__proto__': 'x' } }))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  writeFileSync(join(models, 'Personalized_Model/style.safetensors'), Buffer.concat([length, header]))
  writeFileSync(join(models, 'Personalized_Model/notes.txt'), 'no weights')
  writeFileSync(join(models, 'Diffusion_Transformer/one/transformer/model.safetensors'), Buffer.concat([Buffer.alloc(8, 255), header]))
  server = await startComfy({ args: ['--models-dir', models] })
})
afterAll(() => server?.stop())

interface Uploaded { readonly name: string; readonly subfolder: string; readonly type: string }

async function upload(bytes: Buffer, name: string, fields: Readonly<Record<string, string>> = {}, path = '/upload/image'): Promise<Response> {
  const form = new FormData()
  form.append('image', new Blob([new Uint8Array(bytes)]), name)
  for (const [key, value] of Object.entries(fields)) form.append(key, value)
  return server.fetch(path, { method: 'POST', body: form })
}

const colour = (red: number, alpha = 1, size = 4) =>
  sharp({ create: { width: size, height: size, channels: 4, background: { r: red, g: 0, b: 0, alpha } } }).png().toBuffer()
const view = (query: Readonly<Record<string, string>>, init?: RequestInit) => server.fetch(`/view?${new URLSearchParams(query)}`, init)

/** The status of a second request that says what it has. Node's fetch would ask for it anew all the same. */
async function again(path: string, first: Response): Promise<number> {
  return (await ask(server.port, { path, headers: [['If-None-Match', first.headers.get('etag')!]] })).status
}

describe('uploads', () => {
  test('keep their name; one that is taken by another file gets a number, unless it is to be replaced', async () => {
    const [red, dark] = [await colour(200), await colour(10)]
    expect(await (await upload(red, 'cat.png')).json()).toEqual({ name: 'cat.png', subfolder: '', type: 'input' })
    expect(await (await upload(red, 'cat.png')).json()).toEqual({ name: 'cat.png', subfolder: '', type: 'input' })
    const other = await (await upload(dark, 'cat.png')).json() as Uploaded
    expect(other.name).toMatch(/^cat \(\d\)\.png$/)
    expect(await (await upload(dark, 'cat.png', { overwrite: 'true' })).json()).toEqual({ name: 'cat.png', subfolder: '', type: 'input' })
    expect(readFileSync(join(server.input, 'cat.png'))).toEqual(dark)
    expect(await (await upload(red, 'a.png', { subfolder: 'deep/er', type: 'temp' }, '/api/upload/image')).json()).toEqual({ name: 'a.png', subfolder: 'deep/er', type: 'temp' })
    expect((await view({ filename: 'a.png', subfolder: 'deep/er', type: 'temp' })).status).toBe(200)
  })

  test.each([
    ['a folder above', { subfolder: '../x' }], ['an absolute folder', { subfolder: '/etc' }], ['another folder of Windows', { subfolder: 'a\\..\\..' }],
    ['a folder that is none of the three', { type: 'models' }],
  ])('refuse %s', async (_, fields) => {
    const answer = await upload(PIXEL, 'x.png', fields)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { type: expect.any(String), message: expect.any(String) } })
  })

  test('refuse what is no media, and make names harmless', async () => {
    expect((await upload(Buffer.from('<script>'), 'x.html')).status).toBe(415)
    expect((await server.post('/upload/image', { files: [{ path: '/etc/passwd' }] })).status).toBe(400)
    expect(await (await upload(PIXEL, '../../evil.html')).json()).toEqual({ name: 'evil.html.png', subfolder: '', type: 'input' })
    expect((await upload(PIXEL, 'evil\u0000.html')).status).toBe(400)
    expect(readdirSync(server.input).filter((one) => one.startsWith('.'))).toEqual([])
  })

  test('of masks give the picture that they are for with their alpha', async () => {
    await upload(await colour(200, 1, 4), 'below.png')
    const mask = await colour(0, 0.5, 8)
    for (const [field, name] of [['original_ref', 'one.png'], ['originalRef', 'two.png']] as const) {
      const stored = await (await upload(mask, name, { [field]: JSON.stringify({ filename: 'below.png', subfolder: '', type: 'input' }), overwrite: 'true' }, '/upload/mask')).json() as Uploaded
      expect(stored).toEqual({ name, subfolder: '', type: 'input' })
      const { data, info } = await sharp(readFileSync(join(server.input, name))).raw().toBuffer({ resolveWithObject: true })
      expect(info).toMatchObject({ width: 4, height: 4, channels: 4 })
      expect([...data.subarray(0, 4)]).toEqual([200, 0, 0, 128])
    }
    for (const reference of ['{}', '{"filename": "../x", "type": "input"}', '{"filename": "gone.png", "type": "input"}', 'x']) {
      expect((await upload(mask, 'm.png', { original_ref: reference }, '/upload/mask')).status).toBeGreaterThanOrEqual(400)
    }
  })

  test('are there for LoadImage, whose choices name them', async () => {
    await upload(await colour(3), 'choice.png')
    const info = await server.json('/object_info/LoadImage') as { LoadImage: { input: { required: { image: [string[], object] } } } }
    expect(info.LoadImage.input.required.image[1]).toMatchObject({ image_upload: true })
    await expect.poll(async () => (await server.json('/object_info/LoadImage') as typeof info).LoadImage.input.required.image[0], { timeout: 20_000 }).toContain('choice.png')
    const { outputs } = await run(server, { '1': { class_type: 'LoadImage', inputs: { image: 'choice.png [input]', upload: 'image' } }, '2': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } } })
    const [shown] = outputs['2']!['images'] as { filename: string; subfolder: string; type: string }[]
    expect(shown!.type).toBe('temp')
    expect((await view({ ...shown! })).headers.get('content-type')).toBe('image/png')
  })
})

describe('/view', () => {
  test('gives a file whole, in part, again, smaller, and by its channels', async () => {
    const { outputs } = await run(server, picture(16_711_680))
    const [{ filename }] = outputs['2']!['images'] as [{ filename: string }]
    const whole = await view({ filename })
    expect(whole.status).toBe(200)
    expect(Object.fromEntries(whole.headers)).toMatchObject({ 'content-type': 'image/png', 'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff', 'content-disposition': expect.stringContaining(`filename="${filename}"`) })
    const bytes = Buffer.from(await whole.arrayBuffer())
    const part = await view({ filename, type: 'output' }, { headers: { range: 'bytes=1-3' } })
    expect(part.status).toBe(206)
    expect(await part.text()).toBe('PNG')
    expect(part.headers.get('content-range')).toBe(`bytes 1-3/${bytes.length}`)
    expect((await view({ filename }, { headers: { range: `bytes=${bytes.length}-` } })).status).toBe(416)
    expect(await again(`/view?filename=${filename}`, whole)).toBe(304)
    expect((await view({ filename: `${filename} [output]`, type: 'input' })).status).toBe(200)

    const webp = await view({ filename, preview: 'webp;50' })
    expect(webp.headers.get('content-type')).toBe('image/webp')
    expect(await sharp(Buffer.from(await webp.arrayBuffer())).metadata()).toMatchObject({ format: 'webp', width: 16 })
    expect(await again(`/view?filename=${filename}&preview=webp;50`, webp)).toBe(304)
    expect((await view({ filename, preview: 'jpeg' })).headers.get('content-type')).toBe('image/jpeg')
    expect((await view({ filename, channel: 'x' })).status).toBe(400)
  })

  test('takes channels apart', async () => {
    await upload(await colour(90, 0.25), 'clear.png')
    const pixel = async (channel: string) => {
      const bytes = Buffer.from(await (await view({ filename: 'clear.png', type: 'input', channel })).arrayBuffer())
      return [...(await sharp(bytes).raw().toBuffer()).subarray(0, channel === 'rgb' ? 3 : 4)]
    }
    expect(await pixel('rgb')).toEqual([90, 0, 0])
    expect(await pixel('a')).toEqual([0, 0, 0, 64])
    expect(await pixel('rgba')).toEqual([90, 0, 0, 64])
  })

  test.each([
    ['no name', {}, 400], ['another folder', { filename: 'a.png', type: 'models' }, 400], ['nothing there', { filename: 'gone.png' }, 404],
    ['a way up', { filename: '../kinograph.db' }, 400], ['a way up in the folder', { filename: 'kinograph.db', subfolder: '..' }, 400],
    ['an absolute path', { filename: '/etc/passwd' }, 400], ['a path of Windows', { filename: '..\\kinograph.db' }, 400], ['a zero', { filename: 'a\u0000.png' }, 400],
    ['a link that leads out', { filename: 'link.png' }, 404], ['a folder that leads out', { filename: 'kinograph.db', subfolder: 'out' }, 404],
  ])('refuses %s', async (_, query, status) => {
    try {
      symlinkSync(join(server.data, 'kinograph.db'), join(server.output, 'link.png'))
      symlinkSync(server.data, join(server.output, 'out'))
    } catch { /* they are there from the test before */ }
    const answer = await view(query as Record<string, string>)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error: { message: expect.any(String) } })
  })

  test('hands out what a browser could run as bytes to be saved', async () => {
    writeFileSync(join(server.output, 'page.html'), '<script>alert(1)</script>')
    writeFileSync(join(server.output, 'drawing.svg'), '<svg/>')
    for (const filename of ['page.html', 'drawing.svg']) {
      const answer = await view({ filename, preview: 'webp' })
      expect(answer.headers.get('content-type')).toBe('application/octet-stream')
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment/)
    }
  })
})

describe('what there is', () => {
  test('nodes, in ComfyUI\'s first schema', async () => {
    const answer = await server.fetch('/object_info')
    const all = await answer.json() as Record<string, Record<string, unknown>>
    expect(Object.keys(all)).toEqual(expect.arrayContaining(['SaveImage', 'Sampler', 'TrialSlow']))
    for (const [name, info] of Object.entries(all)) {
      expect(info).toMatchObject({ name, display_name: expect.any(String), description: expect.any(String), python_module: expect.any(String), category: expect.any(String), output_node: expect.any(Boolean) })
      const { required } = info['input'] as { required: Record<string, [unknown, object]> }
      expect((info['input_order'] as { required: string[] }).required).toEqual(Object.keys(required))
      for (const lists of ['output', 'output_is_list', 'output_name']) expect((info[lists] as unknown[]).length).toBe((info['output'] as unknown[]).length)
    }
    expect(all['EmptyImage']!['input']).toMatchObject({ required: { width: ['INT', { default: expect.any(Number), min: expect.any(Number), max: expect.any(Number) }] } })
    expect(all['ImageScale']!['input']).toMatchObject({ required: { upscale_method: [expect.arrayContaining(['bilinear']), {}] } })
    expect(all['SaveVideo']!['input']).toMatchObject({ required: { video: [expect.stringMatching(/VIDEO,IMAGE|IMAGE,VIDEO/), {}] }, hidden: { workflow: 'EXTRA_PNGINFO' } })
    expect(all['Sampler']!['input']).toMatchObject({ required: { seed: ['INT', { control_after_generate: true }] }, optional: { negative: ['CONDITIONING', {}] } })
    expect(all['TrialGuarded']!['input']).toMatchObject({ required: { password: ['STRING', { password: true }] } })
    expect(all['TrialSlow']).toMatchObject({ python_module: expect.stringMatching(/^custom_nodes\./), output: ['INT'] })
    expect(all['SaveImage']).toMatchObject({ python_module: 'nodes', output_node: true })

    expect(await again('/object_info', answer)).toBe(304)
    expect(await server.json('/api/object_info/SaveImage')).toEqual({ SaveImage: all['SaveImage'] })
    expect(await server.json('/object_info/__proto__')).toEqual({})
    expect(await server.json('/object_info/NoSuchNode')).toEqual({})
  })

  test('weights, by folder, and what they say of themselves', async () => {
    expect(await server.json('/models')).toEqual(['Diffusion_Transformer', 'Personalized_Model'])
    expect(await server.json('/api/models')).toEqual(['Diffusion_Transformer', 'Personalized_Model'])
    expect(await server.json('/models/Personalized_Model')).toEqual(['style.safetensors'])
    expect(await server.json('/models/Diffusion_Transformer')).toEqual(['one/transformer/model.safetensors'])
    expect(await server.json('/experiment/models')).toEqual([{ name: 'Diffusion_Transformer', folders: ['models/Diffusion_Transformer'] }, { name: 'Personalized_Model', folders: ['models/Personalized_Model'] }])
    expect(await server.json('/experiment/models/Personalized_Model')).toEqual([{ name: 'style.safetensors', pathIndex: 0, modified: expect.any(Number), created: expect.any(Number), size: expect.any(Number) }])
    expect(await server.json('/view_metadata/Personalized_Model?filename=style.safetensors')).toMatchObject({ ss_base: 'easyanimate' })
    const status = async (path: string) => (await server.fetch(path)).status
    expect(await status('/models/none')).toBe(404)
    expect(await status('/models/..%2f..')).toBe(400)
    expect(await status('/view_metadata/Personalized_Model?filename=notes.txt')).toBe(400)
    expect(await status('/view_metadata/Personalized_Model?filename=..%2f..%2fetc%2fpasswd')).toBe(400)
    expect(await status('/view_metadata/Diffusion_Transformer?filename=one%2ftransformer%2fmodel.safetensors')).toBe(400)
  })

  test('the machine, and nothing of what is not here', async () => {
    expect(await server.json('/system_stats')).toEqual({
      system: expect.objectContaining({ os: process.platform, ram_total: expect.any(Number), ram_free: expect.any(Number), comfyui_version: '0.3.64', python_version: expect.any(String), pytorch_version: expect.any(String), embedded_python: false, argv: ['kinograph', 'serve'] }),
      devices: [{ name: 'cpu', type: 'cpu', index: 0, vram_total: expect.any(Number), vram_free: expect.any(Number), torch_vram_total: expect.any(Number), torch_vram_free: expect.any(Number) }],
    })
    for (const path of ['/embeddings', '/extensions']) expect(await server.json(path)).toEqual([])
    for (const path of ['/workflow_templates', '/i18n']) expect(await server.json(path)).toEqual({})
    expect(await server.json('/users')).toEqual({ storage: 'server', migrated: true })
    expect((await server.post('/users', { username: 'x' })).status).toBe(400)
    expect(await server.json('/internal/logs/raw')).toEqual({ entries: expect.any(Array), size: { cols: expect.any(Number), rows: expect.any(Number) } })
    expect((await server.fetch('/internal/logs/subscribe', { method: 'PATCH', body: '{"clientId": "x", "enabled": true}' })).status).toBe(200)
    expect((await server.fetch('/manager/version')).status).toBe(404)
  })
})

describe('a person\'s own', () => {
  const file = (name: string) => `/userdata/${encodeURIComponent(name)}`

  test('files are written, listed, read, moved and removed', async () => {
    const write = (name: string, body: string, query = '') => server.fetch(`${file(name)}${query}`, { method: 'POST', body })
    expect(await (await write('workflows/a b.json', '{"nodes":[]}')).json()).toBe('workflows/a b.json')
    expect(await (await write('workflows/.index.json', '{}', '?full_info=true')).json()).toEqual({ path: 'workflows/.index.json', size: 2, modified: expect.any(Number), created: expect.any(Number) })
    expect((await write('workflows/a b.json', 'x', '?overwrite=false')).status).toBe(409)
    expect(await (await server.fetch(file('workflows/a b.json'))).text()).toBe('{"nodes":[]}')
    expect(await server.json('/userdata?dir=workflows')).toEqual(['.index.json', 'a b.json'])
    expect(await server.json('/userdata?dir=&recurse=true&split=true')).toContainEqual(['workflows/a b.json', 'workflows', 'a b.json'])
    expect(await server.json('/userdata?dir=workflows&full_info=true')).toContainEqual({ path: 'a b.json', size: 12, modified: expect.any(Number), created: expect.any(Number) })
    expect(await server.json('/v2/userdata')).toEqual([{ name: 'workflows', path: 'workflows', type: 'directory' }])
    expect(await server.json('/api/v2/userdata?path=workflows')).toContainEqual({ name: 'a b.json', path: 'workflows/a b.json', type: 'file', size: 12, modified: expect.any(Number) })
    expect((await server.fetch('/userdata?dir=none')).status).toBe(404)
    expect((await server.fetch('/userdata')).status).toBe(400)

    const move = (from: string, to: string, query = '') => server.fetch(`${file(from)}/move/${encodeURIComponent(to)}${query}`, { method: 'POST' })
    expect((await move('workflows/a b.json', 'workflows/.index.json', '?overwrite=false')).status).toBe(409)
    expect(await (await move('workflows/a b.json', 'c.json')).json()).toBe('c.json')
    expect((await server.fetch(file('workflows/a b.json'))).status).toBe(404)
    expect((await server.fetch(file('c.json'), { method: 'DELETE' })).status).toBe(204)
    expect((await server.fetch(file('c.json'), { method: 'DELETE' })).status).toBe(404)
  })

  test.each(['../x.json', '/etc/passwd', 'a/../../x', '..', 'a\\b', 'con', 'a\u0000b', 'x'.repeat(300), '.', 'a//b'])('no file is called %j', async (name) => {
    const before = readdirSync(server.data).sort()
    const answer = await server.fetch(file(name), { method: 'POST', body: 'x' })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(readdirSync(server.data).sort()).toEqual(before)
  })

  test('settings are kept one by one or together, whatever they are called', async () => {
    await server.post('/settings', { 'Comfy.A': 1, 'Comfy.B': { deep: [true] } })
    await server.post('/settings/Comfy.A', 'two')
    await server.post('/settings/__proto__', { polluted: true })
    expect(await server.json('/settings/Comfy.A')).toBe('two')
    expect(await server.json('/settings/none')).toBeNull()
    expect(await server.json('/settings/toString')).toBeNull()
    expect(Object.keys(await server.json('/api/settings') as object)).toEqual(['Comfy.A', 'Comfy.B', '__proto__'])
    expect((await server.post('/settings', 'no object')).status).toBe(400)
  })
})
