import { defineNode } from '../core/types/index.ts'
import { describeDiT, modelShape } from '../diffusion/index.ts'
import { heldFacts, modelFacts } from './facts.ts'
import { aboutInput } from './failure.ts'
import { fingerprintOf, holdOf, modelPath, modelPort } from './models/port.ts'
import type { HeldPart } from './models/port.ts'
import { reportLoad } from './models/report.ts'
import { port } from './types/index.ts'

const heldPart = (name: string, hold?: HeldPart['hold']): HeldPart => ({ folder: 'Diffusion_Transformer', name, part: 'transformer', ...(hold && { hold }) })

/** A diffusion transformer out of a diffusers folder; weights stay on the disk until something samples with it. */
export const loadDiT = defineNode({
  type: 'LoadDiT',
  category: 'load',
  title: 'Load diffusion transformer',
  summary: 'Opens the diffusion transformer of a model folder (PixArt-alpha, the base of EasyAnimate V1).',
  resource: 'io',
  inputs: {
    model: modelPort('Diffusion_Transformer', { part: 'transformer', tooltip: 'a folder of models/Diffusion_Transformer' }),
    hold: port.choice(['auto', 'packed', 'mapped', 'int8'], {
      default: 'auto', advanced: true,
      tooltip: 'how weights are held: packed (fastest), mapped (least memory), int8 (half the memory, close to the original); auto looks at the memory there is',
    }),
  },
  outputs: { model: port.model() },
  async fingerprint({ model, hold }, { paths }) {
    if (model === undefined) return null
    return [await fingerprintOf(paths, 'Diffusion_Transformer', model, 'transformer'), await holdOf(paths, heldPart(model, hold))]
  },
  async facts({ model, hold }, { paths }) {
    if (model === undefined) return
    const { path } = await modelPath(paths, 'Diffusion_Transformer', model)
    const known = modelFacts(await aboutInput('model', () => modelShape(path)))
    return { outputs: { model: { ...known, ...await heldFacts(paths, heldPart(model, hold)) } } }
  },
  async run({ model, hold }, ctx) {
    const { path } = await modelPath(ctx.paths, 'Diffusion_Transformer', model)
    const held = await holdOf(ctx.paths, heldPart(model, hold))
    const { recipe, report } = await aboutInput('model', () => describeDiT(path, { hold: held }))
    reportLoad(ctx, model, report)
    return { model: recipe }
  },
})
