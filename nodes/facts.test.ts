import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkWorkflow, createRegistry, defineNode, definePlugin, packSubgraph, problemText, runWorkflow } from '../core/index.ts'
import type { InputValue, JsonObject, Workflow } from '../core/index.ts'
import { builtIn } from './index.ts'
import { EMBEDDED_MODELS } from './models/port.ts'
import { port } from './types/index.ts'

const from = (id: string, output: string) => ({ from: id, output })

/** Makers of values that other plugins might have; they are never run. */
const other = definePlugin({
  name: 'other',
  nodes: [
    defineNode({
      type: 'LoadMagvit', category: 'test', inputs: {}, outputs: { vae: port.vae() },
      facts: () => ({ outputs: { vae: { family: 'magvit' } } }),
      run: () => { throw new Error('nothing is to run') },
    }),
    defineNode({
      type: 'Pictures', category: 'test', inputs: { width: port.int(), height: port.int() }, outputs: { IMAGE: port.image() },
      facts: (inputs) => ({ outputs: { IMAGE: { frames: 1, ...inputs } as JsonObject } }),
      run: () => { throw new Error('nothing is to run') },
    }),
  ],
})
const registry = createRegistry([{ ...builtIn, id: 'kinograph', hash: 'a' }, { ...other, id: 'other', hash: 'b' }])

let models = ''
beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), 'facts-'))
  await cp(EMBEDDED_MODELS, models, { recursive: true })
  const tiny = join(models, 'Diffusion_Transformer', 'tiny-shapes-64')
  await cp(tiny, join(models, 'Diffusion_Transformer', 'other-width'), { recursive: true })
  const config = join(models, 'Diffusion_Transformer', 'other-width', 'text_encoder', 'config.json')
  const { d_model: width, ...rest } = JSON.parse(await readFile(config, 'utf8'))
  await writeFile(config, JSON.stringify({ ...rest, d_model: 2 * width }))
})
afterAll(() => rm(models, { recursive: true, force: true }))

//  dit ► motion ──────────┐
//  text encoder ► prompt ─┤
//  latent ────────────────┴► sampler ─┬► decode ► preview
//  vae ───────────────────────────────┘
const text2video = (changes: Readonly<Record<string, Readonly<Record<string, InputValue>>>> = {}): Workflow => {
  const node = (id: string, type: string, inputs: Record<string, InputValue>) => ({ id, type, inputs: { ...inputs, ...changes[id] } })
  return {
    version: 1,
    nodes: [
      node('dit', 'LoadDiT', { model: 'tiny-shapes-64' }),
      node('motion', 'LoadMotionModule', { model: from('dit', 'model'), motion_module: 'tiny_shapes_mm.safetensors' }),
      node('t5', 'LoadTextEncoder', { model: 'tiny-shapes-64' }),
      node('vae', 'LoadVAE', { model: 'tiny-shapes-64' }),
      node('magvit', 'LoadMagvit', {}),
      node('pictures', 'Pictures', { width: 64, height: 64 }),
      node('encode', 'VAEEncode', { pixels: from('pictures', 'IMAGE'), vae: from('vae', 'vae') }),
      node('prompt', 'TextEncode', { text_encoder: from('t5', 'text_encoder'), text: 'a red circle' }),
      node('latent', 'EmptyLatent', { width: 64, height: 64, frames: 16 }),
      node('sampler', 'Sampler', {
        model: from('motion', 'model'), positive: from('prompt', 'conditioning'), latent: from('latent', 'latent'),
      }),
      node('decode', 'VAEDecode', { samples: from('sampler', 'latent'), vae: from('vae', 'vae') }),
      node('preview', 'PreviewImage', { images: from('decode', 'IMAGE') }),
    ],
  }
}

const check = (workflow: Workflow) => checkWorkflow(workflow, registry, {
  paths: { models, input: '/none', output: '/none', temp: '/none' }, signal: new AbortController().signal,
})
const problems = async (changes?: Parameters<typeof text2video>[0]) => (await check(text2video(changes))).problems.map(problemText)

describe('facts of the built-in nodes', () => {
  test('a graph that fits has none to complain of, and knows its pictures', async () => {
    const { problems: found, facts } = await check(text2video())
    expect(found).toEqual([])
    expect(facts.get('sampler')).toEqual({ latent: { family: 'kl', batch: 1, channels: 4, frames: 16, height: 8, width: 8 } })
  })

  test('a latent of one family on a decoder of another', async () => {
    expect(await problems({ decode: { vae: from('magvit', 'vae') } })).toEqual([
      'VAEDecode (node decode), input "samples": expected a latent of the family "magvit", as this autoencoder takes ' +
      'it, got one of "kl". Use the autoencoder that belongs to the model.',
    ])
  })

  //  latent ► reroute ► sampler
  test('are led on by reroutes', async () => {
    const workflow = text2video({ latent: { width: 72 }, sampler: { latent: from('reroute', 'value') } })
    const reroute = { id: 'reroute', type: 'Reroute', inputs: { value: from('latent', 'latent') } }
    const { problems: found } = await check({ ...workflow, nodes: [...workflow.nodes, reroute] })
    expect(found.map(problemText)).toEqual([expect.stringContaining('width: expected a multiple of')])
  })

  const wrongDecoder = expect.stringMatching(/^VAEDecode \(node decode\), input "samples": expected a latent of the family "magvit"/)
  /** Between the sampler, whose latents are kl, and a decoder for magvit. */
  const between = async (...nodes: Workflow['nodes']) => {
    const workflow = text2video({ decode: { vae: from('magvit', 'vae'), samples: from('last', Object.keys(registry.nodes.get(nodes.at(-1)!.type)!.node.outputs)[0]!) } })
    return (await check({ ...workflow, nodes: [...workflow.nodes, ...nodes] })).problems.map(problemText)
  }
  const sampled = from('sampler', 'latent')

  //  sampler ─┐
  //  latent ──┴► switch ► decode(magvit)      both are kl; the condition is known, or comes over a link
  test.each<[string, InputValue]>([['true', true], ['false', false], ['not known', null]])('through a switch that is %s', async (_, on) => {
    const length = { id: 'length', type: 'CompareNumbers', inputs: { a: from('size', 'width'), b: 1 } }
    const size = { id: 'size', type: 'GetImageSize', inputs: { image: from('pictures', 'IMAGE') } }
    const given = typeof on === 'boolean' ? on : from('length', 'BOOLEAN')
    const node = { id: 'last', type: 'ComfySwitchNode', inputs: { switch: given, on_true: sampled, on_false: from('latent', 'latent') } }
    expect(await between(length, size, node)).toEqual([wrongDecoder])
  })

  //  sampler ──────┐
  //  magvit latent ┴► switch ► decode(magvit)     only what is chosen counts; what may be either is unknown
  test.each<[InputValue, boolean]>([[true, true], [false, false], [from('length', 'BOOLEAN'), false]])('a switch with two families, on %j', async (on, isWrong) => {
    const size = { id: 'size', type: 'GetImageSize', inputs: { image: from('pictures', 'IMAGE') } }
    const length = { id: 'length', type: 'CompareNumbers', inputs: { a: from('size', 'width'), b: 1 } }
    const encode = { id: 'other', type: 'VAEEncode', inputs: { pixels: from('pictures', 'IMAGE'), vae: from('magvit', 'vae') } }
    const node = { id: 'last', type: 'ComfySwitchNode', inputs: { switch: on, on_true: sampled, on_false: from('other', 'LATENT') } }
    expect(await between(size, length, encode, node)).toEqual(isWrong ? [wrongDecoder] : [])
  })

  //  true ► not ► switch       a condition that is computed from constants is known
  test('a switch whose condition is computed', async () => {
    const encode = { id: 'other', type: 'VAEEncode', inputs: { pixels: from('pictures', 'IMAGE'), vae: from('magvit', 'vae') } }
    const on = { id: 'on', type: 'PrimitiveBoolean', inputs: { value: true } }
    const not = { id: 'not', type: 'InvertBooleanNode', inputs: { boolean: from('on', 'BOOLEAN') } }
    const node = { id: 'last', type: 'ComfySwitchNode', inputs: { switch: from('not', 'BOOLEAN'), on_true: from('other', 'LATENT'), on_false: sampled } }
    expect(await between(encode, on, not, node)).toEqual([wrongDecoder])
  })

  test.each<[string, Workflow['nodes']]>([
    //  sampler ► reroute ► reroute ► decode
    ['reroutes', [{ id: 'first', type: 'Reroute', inputs: { value: sampled } }, { id: 'last', type: 'Reroute', inputs: { value: from('first', 'value') } }]],
    //  sampler, latent ► switch by number ► decode
    ['a switch by number', [{ id: 'last', type: 'IndexSwitch', inputs: { index: 1, 'values.0': from('latent', 'latent'), 'values.1': sampled } }]],
    //  sampler, latent ► list ► backwards ► item ► decode
    ['lists', [
      { id: 'list', type: 'CreateList', inputs: { 'inputs.0': sampled, 'inputs.1': from('latent', 'latent') } },
      { id: 'back', type: 'ListReverse', inputs: { list: from('list', 'list') } },
      { id: 'last', type: 'ListItem', inputs: { list: from('back', 'list') } },
    ]],
    //  sampler ► list ► decode      once for each
    ['a list that is mapped over', [{ id: 'last', type: 'CreateList', inputs: { 'inputs.0': sampled } }]],
    //  sampler ► list ► ForEach ► reroute ► ForEachEnd ► decode
    ['a loop', [
      { id: 'list', type: 'CreateList', inputs: { 'inputs.0': sampled } },
      { id: 'each', type: 'ForEach', inputs: { items: from('list', 'list') } },
      { id: 'body', type: 'Reroute', inputs: { value: from('each', 'item') } },
      { id: 'last', type: 'ForEachEnd', inputs: { loop: from('each', 'loop'), result: from('body', 'value') } },
    ]],
    //  sampler ► (bypassed sampler) ► decode
    ['a bypassed node', [{ id: 'last', type: 'Sampler', mode: 'bypass', inputs: { model: from('motion', 'model'), positive: from('prompt', 'conditioning'), latent: sampled } }]],
  ])('through %s', async (_, nodes) => {
    expect(await between(...nodes)).toEqual([wrongDecoder])
  })

  //  sampler ► list ► ForEach ► [ decode(magvit) ] ► ForEachEnd ► preview
  test('inside a loop', async () => {
    const workflow = text2video({ preview: { images: from('end', 'results') }, decode: { vae: from('magvit', 'vae'), samples: from('each', 'item') } })
    const nodes: Workflow['nodes'] = [
      { id: 'list', type: 'CreateList', inputs: { 'inputs.0': sampled } },
      { id: 'each', type: 'ForEach', inputs: { items: from('list', 'list') } },
      { id: 'end', type: 'ForEachEnd', inputs: { loop: from('each', 'loop'), result: from('decode', 'IMAGE') } },
    ]
    expect((await check({ ...workflow, nodes: [...workflow.nodes, ...nodes] })).problems.map(problemText)).toEqual([wrongDecoder])
  })

  //  latent ► repeat ► [ decode(magvit) ► encode ] ► repeat end       what is carried is known when it is there
  test('inside the rounds of a loop, of what is carried', async () => {
    const nodes: Workflow['nodes'] = [
      { id: 'magvit', type: 'LoadMagvit', inputs: {} },
      { id: 'latent', type: 'EmptyLatent', inputs: { width: 64, height: 64, frames: 1 } },
      { id: 'start', type: 'Repeat', inputs: { times: 2, initial: from('latent', 'latent') } },
      { id: 'decode', type: 'VAEDecode', inputs: { samples: from('start', 'carried'), vae: from('magvit', 'vae') } },
      { id: 'again', type: 'VAEEncode', inputs: { pixels: from('decode', 'IMAGE'), vae: from('magvit', 'vae') } },
      { id: 'end', type: 'RepeatEnd', inputs: { loop: from('start', 'loop'), carry: from('again', 'LATENT') } },
      { id: 'show', type: 'PreviewAny', inputs: { source: from('end', 'carried') } },
    ]
    const paths = { models, input: '/none', output: '/none', temp: '/none' }
    const ended = await runWorkflow({ version: 1, nodes }, { registry, paths })
    expect(ended.error?.message).toContain('expected a latent of the family "magvit", as this autoencoder takes it, got one of "kl"')
    expect(ended.executed).toEqual(['latent'])
  })

  //  sampler ► group[ decode(magvit) ] ► preview
  test('inside a subgraph', async () => {
    const { workflow } = packSubgraph(text2video({ decode: { vae: from('magvit', 'vae') } }), { nodes: ['decode'] })
    expect((await check(workflow)).problems.map(problemText)).toEqual([expect.stringContaining('expected a latent of the family "magvit"')])
  })

  test('a latent of one family on a model of another', async () => {
    const changes = { encode: { vae: from('magvit', 'vae') }, sampler: { latent: from('encode', 'LATENT') } }
    expect(await problems(changes)).toEqual([
      expect.stringContaining('Sampler (node sampler), input "latent": expected a latent of the family "kl", as this model takes it, got one of "magvit"'),
    ])
  })

  test('a conditioning of the wrong width', async () => {
    expect(await problems({ t5: { model: 'other-width' } })).toEqual([
      expect.stringMatching(/^Sampler \(node sampler\), input "positive": positive: expected text embeddings \d+ wide, got \d+\./),
    ])
  })

  test.each([
    [{ width: 72 }, 'width: expected a multiple of'],
    [{ frames: 5000 }, 'frames: expected at most 4096'],
  ])('a size that the model cannot run: %j', async (size, expected) => {
    expect(await problems({ latent: size })).toEqual([expect.stringContaining(`Sampler (node sampler), input "latent": ${expected}`)])
  })

  test('several frames without a motion module', async () => {
    expect(await problems({ sampler: { model: from('dit', 'model') } })).toEqual([
      expect.stringContaining('frames: expected 1 with a model that makes pictures, got 16'),
    ])
  })

  test('pictures of a size that the model cannot run, through the autoencoder', async () => {
    const changes = { pictures: { width: 72, height: 64 }, sampler: { latent: from('encode', 'LATENT') } }
    expect(await problems(changes)).toEqual([expect.stringContaining('width: expected a multiple of')])
  })

  test('a config.json that cannot be read is told at its node', async () => {
    const config = join(models, 'Diffusion_Transformer', 'broken')
    await cp(join(models, 'Diffusion_Transformer', 'tiny-shapes-64'), config, { recursive: true })
    await writeFile(join(config, 'vae', 'config.json'), '{"latent_channels": "four"}')
    const found = await problems({ vae: { model: 'broken' } })
    expect(found).toEqual([expect.stringContaining('LoadVAE (node vae), input "model"')])
    expect(found[0]).toContain('latent_channels')
  })
})
