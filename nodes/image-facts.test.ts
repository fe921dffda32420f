import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkWorkflow, createRegistry, problemText, runWorkflow } from '../core/index.ts'
import type { InputValue, Workflow } from '../core/index.ts'
import { builtIn } from './index.ts'

const registry = createRegistry([{ ...builtIn, id: 'kinograph', hash: 'a' }])
const from = (id: string, output: string) => ({ from: id, output })

let input = ''
const paths = () => ({ models: '/none', input, output: input, temp: input })
beforeAll(async () => {
  input = await mkdtemp(join(tmpdir(), 'image-facts-'))
  const picture = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: 'red' } })
  await picture(40, 20).png().toFile(join(input, 'flat.png'))
  await picture(40, 20).withMetadata({ orientation: 6 }).jpeg().toFile(join(input, 'turned.jpg'))
  const pages = await Promise.all([1, 2, 3].map(() => picture(24, 16).png().toBuffer()))
  await sharp(pages, { join: { animated: true } }).gif().toFile(join(input, 'moving.gif'))
})
afterAll(() => rm(input, { recursive: true, force: true }))

/** A node of a type that takes pictures, after others. */
type Drawn = readonly [type: string, inputs: Readonly<Record<string, InputValue>>]

//  pictures ──► node ──► node ──► …      the first input of each takes what came before, at the output it has
function chain(...drawn: readonly Drawn[]): Workflow {
  const nodes = drawn.map(([type, given], index) => {
    const before = drawn[index - 1]
    const [port] = Object.entries(registry.nodes.get(type)!.node.inputs)[0]!
    return { id: `n${index}`, type, inputs: { ...(before && { [port]: from(`n${index - 1}`, firstOutput(before[0])) }), ...given } }
  })
  return { version: 1, nodes }
}
const firstOutput = (type: string) => registry.definitions.get(type)!.outputs[0]!.name
const check = (workflow: Workflow) => {
  const target = workflow.nodes.at(-1)!.id
  return checkWorkflow(workflow, registry, { paths: paths(), signal: new AbortController().signal }, [target])
}

const source: Drawn = ['EmptyImage', { width: 48, height: 32, batch_size: 5 }]

describe('what is known of pictures is what comes', () => {
  test.each<[string, readonly Drawn[]]>([
    ['as many as asked for', [source]],
    ['a file', [['LoadImage', { image: 'flat.png' }]]],
    ['a file that is turned', [['LoadImage', { image: 'turned.jpg' }]]],
    ['an animation', [['LoadImage', { image: 'moving.gif' }]]],
    ['scaled', [source, ['ImageScale', { width: 20, height: 10 }]]],
    ['scaled to a width', [source, ['ImageScale', { width: 20, height: 0 }]]],
    ['scaled to a height', [source, ['ImageScale', { width: 0, height: 11 }]]],
    ['scaled not at all', [source, ['ImageScale', { width: 0, height: 0 }]]],
    ['scaled with a crop', [source, ['ImageScale', { width: 20, height: 20, crop: 'center' }]]],
    ['by a factor', [source, ['ImageScaleBy', { scale_by: 0.3 }]]],
    ['to megapixels', [source, ['ImageScaleToTotalPixels', { megapixels: 0.01 }]]],
    ['to a side', [source, ['ImageScaleToMaxDimension', { largest_size: 17 }]]],
    ['padded to a size', [source, ['ResizeAndPadImage', { target_width: 30, target_height: 31 }]]],
    ['cropped', [source, ['ImageCrop', { width: 20, height: 100, x: 40, y: 4 }]]],
    ['padded', [source, ['ImagePadForOutpaint', { left: 1, top: 2, right: 3, bottom: 4 }]]],
    ['turned', [source, ['ImageRotate', { rotation: '90 degrees' }]]],
    ['turned over', [source, ['ImageRotate', { rotation: '180 degrees' }]]],
    ['flipped and inverted', [source, ['ImageFlip', {}], ['ImageInvert', {}]]],
    ['two batches', [source, ['ImageBatch', { image2: from('n0', 'IMAGE') }]]],
    ['repeated', [source, ['RepeatImageBatch', { amount: 3 }]]],
    ['some of them', [source, ['ImageFromBatch', { batch_index: -2, length: 9 }]]],
    ['every second', [source, ['SelectEveryNthImage', { n: 2, skip_first: 2 }]]],
    ['backwards', [source, ['ReverseImages', {}]]],
    ['a video and back', [source, ['CreateVideo', {}], ['VideoTemporalCrop', { start_frame: 1, length: 3 }], ['GetVideoComponents', {}]]],
  ])('%s', async (_, drawn) => {
    const workflow = chain(...drawn)
    const target = workflow.nodes.at(-1)!
    const output = firstOutput(target.type)
    const { facts, problems } = await check(workflow)
    expect(problems).toEqual([])
    const run = await runWorkflow(workflow, { registry, paths: paths(), targets: [target.id] })
    const frames = run.results.get(target.id)?.outputs.get(output)?.value as { count: number; height: number; width: number } // an IMAGE
    expect(facts.get(target.id)?.[output]).toEqual({ frames: frames.count, height: frames.height, width: frames.width })
    run.release()
  })

  //  pictures ──► list ──► invert       once for each
  test('of the items of a list', async () => {
    const { facts } = await check(chain(source, ['ImagesToList', {}], ['ImageInvert', {}]))
    expect(facts.get('n2')?.['IMAGE']).toEqual({ frames: 1, height: 32, width: 48 })
  })
})

describe('sizes that no picture has', () => {
  const repeated: readonly Drawn[] = Array.from({ length: 6 }, () => ['RepeatImageBatch', { amount: 4096 }])
  test.each<[string, readonly Drawn[], RegExp]>([
    ['more pictures than can be counted', [source, ...repeated], /^RepeatImageBatch .*count must be a whole number/],
    ['a picture beyond the largest array', [['EmptyImage', { width: 16_384, height: 16_384 }], ['ImageScaleBy', { scale_by: 8 }]], /^ImageScaleBy .*the most is 2147483647/],
    ['borders upon borders', [
      ['EmptyImage', { width: 16_384, height: 16_384 }], ['ImagePadForOutpaint', { left: 16_384, bottom: 16_384 }],
    ], /^ImagePadForOutpaint .*the most is 2147483647/],
  ])('%s: refused before anything runs', async (_, drawn, expected) => {
    const workflow = chain(...drawn)
    const { problems } = await check(workflow)
    expect(problems.map(problemText)).toEqual([expect.stringMatching(expected)])
    const run = await runWorkflow(workflow, { registry, paths: paths(), targets: [workflow.nodes.at(-1)!.id] })
    expect([run.status, run.executed]).toEqual(['failed', []])
  })
})
