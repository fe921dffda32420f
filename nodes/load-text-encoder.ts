import { defineNode } from '../core/types/index.ts'
import { describeTextEncoder, textEncoderConfig } from '../diffusion/index.ts'
import { heldFacts, textEncoderFacts } from './facts.ts'
import { aboutInput } from './failure.ts'
import { fingerprintOf, holdOf, modelPath, modelPort } from './models/port.ts'
import type { HeldPart } from './models/port.ts'
import { reportLoad } from './models/report.ts'
import { port } from './types/index.ts'

const heldPart = (name: string): HeldPart => ({ folder: 'Diffusion_Transformer', name, part: 'text_encoder' })

/** The T5 encoder of a model folder, with its tokenizer. */
export const loadTextEncoder = defineNode({
  type: 'LoadTextEncoder',
  category: 'load',
  title: 'Load text encoder',
  summary: 'Opens the text encoder and the tokenizer of a model folder.',
  resource: 'io',
  inputs: { model: modelPort('Diffusion_Transformer', { part: 'text_encoder', beside: ['tokenizer'], tooltip: 'a folder of models/Diffusion_Transformer' }) },
  outputs: { text_encoder: port.textEncoder() },
  async fingerprint({ model }, { paths }) {
    if (model === undefined) return null
    return [await fingerprintOf(paths, 'Diffusion_Transformer', model, 'text_encoder', 'tokenizer'), await holdOf(paths, heldPart(model))]
  },
  async facts({ model }, { paths }) {
    if (model === undefined) return
    const { path } = await modelPath(paths, 'Diffusion_Transformer', model)
    const known = textEncoderFacts(await aboutInput('model', () => textEncoderConfig(path)))
    return { outputs: { text_encoder: { ...known, ...await heldFacts(paths, heldPart(model)) } } }
  },
  async run({ model }, ctx) {
    const { path } = await modelPath(ctx.paths, 'Diffusion_Transformer', model)
    const held = await holdOf(ctx.paths, heldPart(model))
    const { recipe, report } = await aboutInput('model', () => describeTextEncoder(path, { hold: held }))
    reportLoad(ctx, model, report)
    return { text_encoder: recipe }
  },
})
