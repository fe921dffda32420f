/** POST /api/open: what each kind of file says of its making, and what is none. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workflowText } from '../../core/comfy/index.ts'
import { definitionMap, type NodeDefinition } from '../../core/types/definition.ts'
import { parseWorkflow } from '../../core/workflow/parse.ts'
import { encodeVideo, framesOf, writeImage } from '../../media/index.ts'
import { pngChunk } from '../../media/png-metadata.ts'
import { apiOf, form, PIXEL, picture, startApi, type Api } from './api-support.ts'
import { filesBelow } from './support.ts'

let api: Api
beforeAll(async () => { api = await apiOf(await startApi({ config: { limits: { uploadBytes: 3_000_000, bodyBytes: 400_000 } } })) })
afterAll(() => api.server.stop())

const WORKFLOW = picture(77)
const open = (bytes: Buffer, name: string) => api.ask('POST', '/open', form(bytes, name))

async function produced(kind: 'png' | 'webp' | 'mp4' | 'webm' | 'gif'): Promise<Buffer> {
  const path = join(mkdtempSync(join(tmpdir(), 'kinograph-open-')), `made.${kind}`)
  const frames = framesOf(new Uint8Array(32 * 32 * 3 * 2).fill(77), { count: 2, width: 32, height: 32, channels: 3, dtype: 'u8' })
  const one = framesOf(new Uint8Array(32 * 32 * 3).fill(77), { count: 1, width: 32, height: 32, channels: 3, dtype: 'u8' })
  const metadata = { kinograph: '0.1.0', workflow: WORKFLOW }
  await (kind === 'png' || kind === 'webp' ? writeImage(one, path, { metadata }) : encodeVideo(frames, path, { fps: 8, metadata }))
  return readFileSync(path)
}

/** PIXEL with pieces behind its head. */
const png = (...pieces: Buffer[]) => Buffer.concat([PIXEL.subarray(0, 33), ...pieces, PIXEL.subarray(33)])
const text = (keyword: string, value: string) => pngChunk('tEXt', Buffer.from(`${keyword}\0${value}`, 'latin1'))

test.each(['png', 'webp', 'mp4', 'webm', 'gif'] as const)('a %s of ours gives its workflow back, and is not kept', async (kind) => {
  const { status, body } = await open(await produced(kind), `any name.${kind}`)
  expect([status, body.format]).toEqual([200, 'kinograph'])
  expect(body.workflow).toEqual(WORKFLOW)
  expect(filesBelow(api.server.input)).toEqual([])
  expect(filesBelow(join(api.server.data, 'temp')).filter((path) => path.includes('upload'))).toEqual([])
})

test('JSON of each format, alone and in a picture; what people see comes before what ran', async () => {
  const { nodes } = (await api.ask('GET', '/nodes')).body as { nodes: NodeDefinition[] }
  const definitions = definitionMap(nodes)
  const workflow = parseWorkflow(JSON.stringify(WORKFLOW))
  const [ours, asApi, asUi] = (['kinograph', 'comfy-api', 'comfy-ui'] as const).map((format) => workflowText(workflow, format, definitions))
  expect((await open(Buffer.from(ours!), 'a.json')).body).toEqual({ workflow: WORKFLOW, format: 'kinograph' })
  expect((await open(Buffer.from(`\ufeff${asUi!}`), 'a.json')).body).toMatchObject({ format: 'comfy-ui', workflow: { nodes: [{ type: 'EmptyImage' }, { type: 'SaveImage' }] } })
  const both = await open(png(text('prompt', asApi!), text('workflow', asUi!)), 'comfy.png')
  expect(both.body.format).toBe('comfy-ui')
  expect((await open(png(text('workflow', '{"nodes": 5}'), text('prompt', asApi!)), 'comfy.png')).body.format).toBe('comfy-api')
})

test('what carries none, is broken, or is another kind of file is refused by name', async () => {
  const codes = async (bytes: Buffer, name = 'a.png') => {
    const { status, body } = await open(bytes, name)
    expect(JSON.stringify(body)).not.toContain(api.server.data)
    return [status, body.error?.code]
  }
  expect(await codes(PIXEL)).toEqual([400, 'no_workflow'])
  expect(await codes(Buffer.from('\xff\xd8\xff\xe0JFIF', 'latin1'), 'a.jpg')).toEqual([400, 'unreadable'])
  expect(await codes(Buffer.from('hello'), 'a.txt')).toEqual([400, 'unreadable'])
  expect(await codes(Buffer.from('{"version": 1, "nodes": 5}'), 'a.json')).toEqual([400, 'invalid_prompt'])
  expect(await codes(Buffer.from('{'), 'a.json')).toEqual([400, 'invalid_json'])
  expect(await codes(png(text('workflow', '{"nodes": "many", "links": 7}')))).toEqual([400, 'invalid_prompt'])
  expect(await codes(png(text('workflow', '<script>alert(1)</script>')))).toEqual([400, 'invalid_json'])
  expect((await api.ask('POST', '/open', { workflow: 1 })).body.error.code).toBe('invalid_form')
})

test('bombs stay small, and large files are refused', async () => {
  const before = readFileSync(`/proc/${api.server.pid}/status`, 'utf8')
  const bomb = deflateSync(Buffer.alloc(200_000_000, ' '))
  const packed = await open(png(pngChunk('zTXt', Buffer.concat([Buffer.from('workflow\0\0'), bomb]))), 'bomb.png')
  expect(packed.status).toBe(400)
  const profile = await open(png(pngChunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), bomb]))), 'bomb.png')
  expect(profile.body.error.code).toBe('no_workflow')
  expect((await open(Buffer.concat([PIXEL, Buffer.alloc(3_000_000)]), 'large.png')).status).toBe(413)
  expect((await open(Buffer.from(`{"version": 1, "nodes": [], "title": "${'x'.repeat(500_000)}"}`), 'large.json')).status).toBe(413)
  const peak = (status: string) => Number(/VmHWM:\s+(\d+)/.exec(status)![1])
  expect(peak(readFileSync(`/proc/${api.server.pid}/status`, 'utf8')) - peak(before)).toBeLessThan(150_000) // kB, where the bomb holds 200,000
})
