/** Widths, heights and frames whose product no machine holds: refused by plan, validate and run, in a worker that lives on. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { InputValue, Workflow } from '../../core/index.ts'
import { problemText } from '../../core/index.ts'
import { WorkerClient } from '../../worker/client.ts'
import type { Answers } from '../../worker/protocol.ts'
import { root, scratchFolder } from './harness.ts'

const from = (id: string, output: string) => ({ from: id, output })
type Inputs = Readonly<Record<string, InputValue>>
const node = (id: string, type: string, inputs: Inputs) => ({ id, type, inputs })

const scratch = scratchFolder()
let asked = 0
let worker: WorkerClient
let death: unknown
beforeAll(() => {
  worker = new WorkerClient({ entry: join(root, 'dist', 'worker', 'main.js') })
  void worker.died.then((how) => { death = how })
})
afterAll(() => worker.close())

/** What the three say of a workflow, and where a run would have written to. */
async function askAll(workflow: Workflow) {
  const output = join(scratch, `out${++asked}`)
  const folders = { models: join(root, 'models'), input: root, output, temp: scratch }
  const job = { workflow: { json: JSON.parse(JSON.stringify(workflow)) }, folders }
  const plan = await worker.ask({ ...job, type: 'plan', id: 'plan', device: 'cpu' })
  const { problems } = await worker.ask({ ...job, type: 'validate', id: 'validate' })
  const run = await worker.ask({ ...job, type: 'run', id: 'run', device: 'cpu' })
  return { plan, problems, run, output }
}

const said = (run: Answers['run']) => 'problem' in run ? problemText(run.problem) : run.status

//  latent ──┬► decode ► save
//  vae ─────┘
const latents = (size: Inputs, ...more: Workflow['nodes']): Workflow => ({ version: 1, nodes: [
  ...more,
  node('latent', 'EmptyLatent', { width: 64, height: 64, frames: 1, ...size }),
  node('vae', 'LoadVAE', { model: 'tiny-shapes-64' }),
  node('decode', 'VAEDecode', { samples: from('latent', 'latent'), vae: from('vae', 'vae') }),
  node('save', 'SaveImage', { images: from('decode', 'IMAGE') }),
] })

//  picture ► six times 4096 fold ► save
const pictures = (size: Inputs): Workflow => ({ version: 1, nodes: [
  node('r0', 'EmptyImage', { width: 64, height: 64, ...size }),
  ...Array.from({ length: 6 }, (_, i) => node(`r${i + 1}`, 'RepeatImageBatch', { image: from(`r${i}`, 'IMAGE'), amount: 4096 })),
  node('save', 'SaveImage', { images: from('r6', 'IMAGE') }),
] })

const huge = 2 ** 53
const int = (id: string, value: number) => node(id, 'PrimitiveInt', { value })

describe('is refused before anything runs:', () => {
  test.each<[string, Workflow, RegExp]>([
    ['each number within its range, the product not',
      latents({ width: 8192, height: 8192, frames: 100_000, batch: 64 }), /^EmptyLatent \(node latent\), input "width": .*at most a thousand million latent numbers, got 26843545600000/],
    ['2^53 as it stands', latents({ width: huge }), /^EmptyLatent \(node latent\), input "width": expected .*9007199254740992/],
    ['2^53 frames', latents({ frames: huge }), /^EmptyLatent \(node latent\), input "frames": expected/],
    ['1e308', latents({ height: 1e308 }), /^EmptyLatent \(node latent\), input "height": expected/],
    ['2^53 from a primitive', latents({ width: from('n', 'INT') }, int('n', Number.MAX_SAFE_INTEGER)), /input "width": expected .*9007199254740991/],
    ['the product by primitives',
      latents({ width: from('w', 'INT'), height: from('w', 'INT'), frames: from('f', 'INT') }, int('w', 8192), int('f', 100_000)),
      /^EmptyLatent \(node latent\).*at most a thousand million latent numbers/],
    ['by a calculation', latents({ frames: from('product', 'INT') }, int('n', 2 ** 30), node('product', 'Calculate', { a: from('n', 'INT'), b: from('n', 'INT'), operation: 'a * b' })),
      /^EmptyLatent \(node latent\), input "frames": expected .*9007199254740991/],
    ['by a formula, a reroute and a switch',
      latents({ width: from('chosen', 'output') }, int('n', 2 ** 20),
        node('formula', 'MathExpression', { expression: 'a ** 2 // 8 * 8', a: from('n', 'INT') }),
        node('way', 'Reroute', { value: from('formula', 'INT') }),
        node('chosen', 'ComfySwitchNode', { switch: true, on_true: from('way', 'value') })),
      /^EmptyLatent \(node latent\), input "width": expected .*1099511627776/],
    ['pictures that can\'t be counted', pictures({}), /^RepeatImageBatch \(node r5\), input "amount": count must be a whole number/],
    ['a video too long for its latents', { version: 1, nodes: [
      node('r0', 'EmptyImage', { width: 16_384, height: 16_384, batch_size: 4096 }),
      node('vae', 'LoadVAE', { model: 'tiny-shapes-64' }),
      node('encode', 'VAEEncode', { pixels: from('r0', 'IMAGE'), vae: from('vae', 'vae') }),
      node('decode', 'VAEDecode', { samples: from('encode', 'LATENT'), vae: from('vae', 'vae') }),
      node('save', 'SaveImage', { images: from('decode', 'IMAGE') }),
    ] }, /^VAEEncode \(node encode\), input "pixels": .*at most a thousand million latent numbers/],
  ])('%s', async (_, workflow, expected) => {
    const { plan, problems, run, output } = await askAll(workflow)
    expect([plan.ok, plan.problems.map(problemText)]).toEqual([false, [expect.stringMatching(expected)]])
    expect(problems.map(problemText)).toEqual([expect.stringMatching(expected)])
    expect([run.status, said(run)]).toEqual(['refused', expect.stringMatching(expected)])
    expect([existsSync(output), death]).toEqual([false, undefined])
  })
})

//  picture ► its size ► · 2^40 ► latent      the number is known only when it comes
test('a number that comes about in the run fails at the node that gets it', async () => {
  const workflow = latents({ width: from('product', 'INT') },
    node('picture', 'EmptyImage', { width: 64, height: 64 }),
    node('size', 'GetImageSize', { image: from('picture', 'IMAGE') }),
    node('product', 'Calculate', { a: from('size', 'width'), b: 2 ** 40, operation: 'a * b' }))
  const { plan, run, output } = await askAll(workflow)
  expect(plan.ok).toBe(true)
  expect([run.status, said(run)]).toEqual(['failed', expect.stringMatching(/^EmptyLatent \(node latent\), input "width": expected .*70368744177664/)])
  expect([existsSync(output), death]).toEqual([false, undefined])
})
