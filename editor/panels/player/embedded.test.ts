import { expect, test } from 'vitest'
import type { JsonObject } from '../../../core/types/json.ts'
import { embeddedIn } from './embedded.ts'

test('ours says the workflow, the seeds, the models and who made it', () => {
  const workflow = { version: 1, nodes: [{ id: 'a', type: 'A' }] }
  expect(embeddedIn({ kinograph: { kinograph: '0.1.0', workflow, seeds: { 'sampler.seed': 43 }, models: [{ file: 'a/b.safetensors', hash: 'x' }] }, comment: 'hello' })).toEqual({
    workflow, nodes: 1, maker: 'Kinograph 0.1.0', seeds: [['sampler.seed', '43']], models: ['a/b.safetensors'],
  })
})

test('of ComfyUI\'s, what people see comes before what ran', () => {
  const [workflow, prompt] = [{ nodes: [], links: [] }, { 1: { class_type: 'A' } }]
  expect(embeddedIn({ prompt, workflow })).toEqual({ workflow, nodes: 0, maker: 'ComfyUI', seeds: [], models: [] })
  expect(embeddedIn({ prompt })).toEqual({ workflow: prompt, maker: 'ComfyUI', seeds: [], models: [] })
})

test.each<JsonObject | undefined>([undefined, {}, { workflow: 'a text' }, { kinograph: 'a text' }, { kinograph: { workflow: [1], seeds: 7, models: { a: 1 } } }])('what is none of these says nothing: %j', (metadata) => {
  expect(embeddedIn(metadata)).toEqual({ seeds: [], models: [] })
})
