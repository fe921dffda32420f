import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inspectWeights } from './inspect-weights.ts'

const models = resolve(import.meta.dirname, '../models')
const base = 'Diffusion_Transformer/tiny-shapes-64'
const inspect = (path: string) => inspectWeights({ type: 'inspect', id: 'i', path })
let folder = ''
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'inspect-')) })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A safetensors file with these float32 tensors of two numbers. */
function file(name: string, tensors: readonly string[]): string {
  const header = Object.fromEntries(tensors.map((key, i) => [key, { dtype: 'F32', shape: [2], data_offsets: [8 * i, 8 * i + 8] }]))
  const text = JSON.stringify({ __metadata__: { note: 'x'.repeat(5000) }, ...header })
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)))
  writeFileSync(join(folder, name), Buffer.concat([length, Buffer.from(text), Buffer.alloc(8 * tensors.length)]))
  return join(folder, name)
}

test.each([
  [`${base}/transformer`, 'transformer', 'pixart'],
  [`${base}/vae/diffusion_pytorch_model.safetensors`, 'autoencoder', 'kl'],
  [`${base}/text_encoder`, 'text-encoder', 't5'],
  ['Motion_Module/tiny_shapes_mm.safetensors', 'motion-module', 'easyanimate-v1'],
  ['Personalized_Model/tiny_shapes_outline_lora.safetensors', 'lora', undefined],
])('%s is a %s, and every key fits', async (path, kind, family) => {
  const report = await inspect(join(models, path))
  expect([report.kind, report.family, report.format]).toEqual([kind, family, 'safetensors'])
  expect(report.fit).toMatchObject({ missing: { count: 0 }, unexpected: { count: 0 } })
  expect(report.fit!.matched).toBeGreaterThan(0)
  expect(report.parameters).toBe(report.dtypes.reduce((sum, { parameters }) => sum + parameters, 0))
  expect(report.dtypes.reduce((sum, { tensors }) => sum + tensors, 0)).toBe(report.tensors)
  expect(report.bytes).toBeGreaterThan(report.dtypes.reduce((sum, { bytes }) => sum + bytes, 0))
})

test('a whole model says which parts it has, and what the first of them is', async () => {
  const report = await inspect(join(models, base))
  expect(report).toMatchObject({ kind: 'transformer', family: 'pixart', parts: ['transformer', 'vae', 'text_encoder'] })
  expect((await inspect(join(models, base, 'transformer'))).parts).toBeUndefined()
})

test('what is known but not loaded here, and what is not known at all', async () => {
  expect(await inspect(file('sd.safetensors', ['model.diffusion_model.input_blocks.0.0.weight']))).toMatchObject({ kind: 'checkpoint', family: 'stable-diffusion' })
  const unknown = await inspect(file('own.safetensors', ['a', 'b']))
  expect(unknown).toMatchObject({ kind: 'unknown', tensors: 2, parameters: 4, dtypes: [{ dtype: 'float32', tensors: 2, parameters: 4, bytes: 16 }] })
  expect(unknown.metadata['note']).toHaveLength(2000)
})

test('a LoRA with keys of something else says how many', async () => {
  const report = await inspect(file('lora.safetensors', ['lora_unet_a.lora_down.weight', 'lora_unet_a.lora_up.weight', 'stray']))
  expect(report.fit).toEqual({ matched: 2, missing: { count: 0, first: [] }, unexpected: { count: 1, first: ['stray'] } })
})

test('an autoencoder without its configuration says what it is', async () => {
  const report = await inspect(file('vae.safetensors', ['decoder.conv_in.weight']))
  expect([report.kind, report.fit]).toEqual(['autoencoder', undefined])
})

test.each([
  ['a header that claims more than there is', () => Buffer.from('ffffffffffffff7f', 'hex')],
  ['a header that is no JSON', () => Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{{{')])],
  ['tensors beyond the end', () => {
    const text = JSON.stringify({ a: { dtype: 'F32', shape: [1e9], data_offsets: [0, 4e9] } })
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(text.length))
    return Buffer.concat([length, Buffer.from(text)])
  }],
  ['nothing', () => Buffer.alloc(0)],
])('%s is refused, with what to do', async (_, bytes) => {
  const path = join(folder, 'bad.safetensors')
  writeFileSync(path, bytes())
  await expect(inspect(path)).rejects.toMatchObject({ code: 'custom_validation_failed', data: { remedy: expect.any(String) } })
})

test('a file that is not there, or of another kind', async () => {
  await expect(inspect(join(folder, 'none.safetensors'))).rejects.toThrow("can't be opened")
  writeFileSync(join(folder, 'text.txt'), 'x')
  await expect(inspect(join(folder, 'text.txt'))).rejects.toThrow('weights file')
})
