import { expect, test } from 'vitest'
import { freeName, freeNodeId, snakeCase } from './ids.ts'

test.each([
  ['TextEncode', 'text_encode'], ['LoadVAE', 'load_vae'], ['LoadDiT', 'load_dit'], ['VAEDecode', 'vae_decode'], ['Sampler', 'sampler'], ['CLIPTextEncode', 'clip_text_encode'],
  ['VHS_VideoCombine', 'vhs_video_combine'], ['a/b c', 'a_b_c'], ['節点', '節点'], ['…', 'node'], ['Load3D', 'load3_d'],
])('%s is called %s', (type, id) => expect(snakeCase(type)).toBe(id))

test('ids are free, and stay short', () => {
  expect(freeNodeId('Sampler', new Set(['sampler', 'sampler_2']))).toBe('sampler_3')
  expect(freeNodeId('subgraph:make', new Set())).toBe('make')
  expect(freeNodeId('x'.repeat(500), new Set()).length).toBe(80)
  expect(freeName('sampler_2', new Set(['sampler_2']))).toBe('sampler_3')
  expect(freeName('$inputs', new Set())).toBe('$inputs_2')
})
