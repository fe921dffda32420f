import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Json } from '../core/types/json.ts'
import { EBML, makeElement } from '../media/ebml.ts'
import { encodeVideo, framesOf, writeImage } from '../media/index.ts'
import { makeBox } from '../media/mp4-boxes.ts'
import { makeUdta } from '../media/mp4-metadata.ts'
import { addPngField } from '../media/png-metadata.ts'
import { makeTag } from '../media/webm-metadata.ts'
import { loadWorkflow } from './load-workflow.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kinograph-load-'))
afterAll(() => rmSync(scratch, { recursive: true }))
const workflow = { version: 1, nodes: [{ id: 'a', type: 'A' }] }
const file = (name: string, content: string | Buffer) => {
  const path = join(scratch, name)
  writeFileSync(path, content)
  return path
}
const black = framesOf(new Uint8Array(3 * 64), { count: 1, width: 8, height: 8, channels: 3, dtype: 'u8' })

test('from JSON, a JSON file, and a picture whatever it is called', async () => {
  expect(await loadWorkflow({ json: workflow })).toEqual(workflow)
  expect(await loadWorkflow({ path: file('w.json', JSON.stringify(workflow)) })).toEqual(workflow)
  const path = join(scratch, 'made.png')
  await writeImage(black, path, { metadata: { kinograph: '0', workflow } })
  expect(await loadWorkflow({ path })).toEqual(workflow)
})

test.each(['webm', 'gif', 'webp', 'mp4'] as const)('a %s that we made', async (format) => {
  const path = join(scratch, `made.${format}`)
  await encodeVideo(black, path, { fps: 8, format, metadata: { kinograph: '0', workflow } })
  expect(await loadWorkflow({ path })).toEqual(workflow)
})

test('a broken picture, one without a workflow, one with something else in it', async () => {
  const plain = join(scratch, 'plain.png')
  await writeImage(black, plain)
  await expect(loadWorkflow({ path: plain })).rejects.toThrow(`${plain}: no workflow is embedded in this file.`)
  const broken = file('broken.png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
  await expect(loadWorkflow({ path: broken })).rejects.toThrow(broken)
  const odd = join(scratch, 'odd.png')
  await writeImage(black, odd, { metadata: { kinograph: '0', workflow: { nodes: 7 } } })
  await expect(loadWorkflow({ path: odd })).rejects.toMatchObject({ problems: [{ at: odd }, { at: `${odd}, nodes` }] })
})

// What ComfyUI writes: `prompt` is what ran, `workflow` what people see.
const prompt = '{"3": {"class_type": "A", "inputs": {"seed": 18446744073709551615}, "is_changed": [NaN]}}'
const saved = JSON.stringify({
  version: 0.4, last_node_id: 4, last_link_id: 0, links: [],
  nodes: [{ id: 3, type: 'A', pos: [1, 2], size: [3, 4], flags: {}, order: 0, mode: 0, properties: {} }, { id: 4, type: 'Note', widgets_values: ['x'] }],
})
const ran = { version: 1, nodes: [{ id: '3', type: 'A', inputs: { seed: { value: { __integer__: '18446744073709551615' } } }, extra: { comfy: { api: { is_changed: [null] } } } }] }

async function plainPng(): Promise<Buffer> {
  const path = join(scratch, 'plain.png')
  await writeImage(black, path)
  return readFileSync(path)
}

/** A WebP whose EXIF has texts "name:value", as ComfyUI writes them. */
function exifWebp(fields: Record<string, string>): Buffer {
  const texts = Object.entries(fields).map(([name, value]) => Buffer.from(`${name}:${value}\0`))
  let at = 8 + 2 + texts.length * 12 + 4
  const entries = texts.map((text, index) => {
    const entry = Buffer.alloc(12)
    entry.writeUInt16LE(0x010f + index)
    entry.writeUInt16LE(2, 2)
    entry.writeUInt32LE(text.length, 4)
    entry.writeUInt32LE(at, 8)
    at += text.length
    return entry
  })
  const head = Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0, texts.length, 0])
  const exif = Buffer.concat([head, ...entries, Buffer.alloc(4), ...texts])
  const size = Buffer.alloc(4)
  size.writeUInt32LE(exif.length)
  const chunk = Buffer.concat([Buffer.from('EXIF'), size, exif, Buffer.alloc(exif.length % 2)])
  const whole = Buffer.alloc(4)
  whole.writeUInt32LE(chunk.length + 4)
  return Buffer.concat([Buffer.from('RIFF'), whole, Buffer.from('WEBP'), chunk])
}

const mp4 = (fields: Record<string, string>) =>
  Buffer.concat([makeBox('ftyp', Buffer.from('isom0000')), makeBox('moov', makeUdta(new Map(Object.entries(fields))))])

const webm = (fields: Record<string, string>) => Buffer.concat([makeElement(EBML.header),
  makeElement(EBML.segment, makeElement(EBML.tags, ...Object.entries(fields).map(([name, value]) => makeTag(name, value))))])

describe('files that ComfyUI made', () => {
  const contents: [string, (fields: Record<string, string>) => Promise<Buffer>][] = [
    ['png', async (fields) => Object.entries(fields).reduce((png, [name, value]) => addPngField(png, name, value), await plainPng())],
    ['webp', (fields) => Promise.resolve(exifWebp(fields))],
    ['mp4', (fields) => Promise.resolve(mp4(fields))],
    ['webm', (fields) => Promise.resolve(webm(fields))],
    ['video of VideoHelperSuite', (fields) => Promise.resolve(mp4({ comment: JSON.stringify({ prompt: fields['prompt'], workflow: JSON.parse(fields['workflow']!) }) }))],
  ]

  test.each(contents)('%s', async (kind, make) => {
    const path = file(`comfy.${kind}`, await make({ prompt, workflow: saved }))
    expect(await loadWorkflow({ path })).toEqual(ran)
    const kept = await loadWorkflow({ path }, new Map(), 'keep')
    expect(kept.nodes.map(({ id, type, position }) => [id, type, position])).toEqual([['3', 'A', [1, 2]], ['4', 'Note', undefined]])
  })

  test('one field that can\'t be read leaves the other; two say what is wrong with the first', async () => {
    const [[, make]] = contents as [typeof contents[0]]
    const half = file('half.png', await make({ prompt: '{"3": {"class_type": 7}}', workflow: saved }))
    expect((await loadWorkflow({ path: half })).nodes.map(({ id }) => id)).toEqual(['3'])
    const none = file('none.png', await make({ prompt: '{"3": {"class_type": 7}, "4": {"class_type": "A"}}', workflow: '{"nodes": [7], "links": []}' }))
    await expect(loadWorkflow({ path: none })).rejects.toThrow(`${none}, node "3": expected a class_type, got 7.`)
  })
})

test('both formats of ComfyUI, as files and as JSON', async () => {
  expect(await loadWorkflow({ path: file('prompt.json', prompt) })).toEqual(ran)
  expect((await loadWorkflow({ path: file('saved.json', saved) })).nodes.map(({ id }) => id)).toEqual(['3'])
  expect((await loadWorkflow({ json: JSON.parse(saved) as Json })).nodes.map(({ id }) => id)).toEqual(['3'])
})
