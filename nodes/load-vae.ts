import { defineNode } from '../core/types/index.ts'
import { describeVae, vaeConfig } from '../diffusion/index.ts'
import { heldFacts, vaeFacts } from './facts.ts'
import { aboutInput } from './failure.ts'
import { fingerprintOf, holdOf, modelPath, modelPort } from './models/port.ts'
import type { HeldPart } from './models/port.ts'
import { reportLoad } from './models/report.ts'
import { port } from './types/index.ts'

const heldPart = (name: string): HeldPart => ({ folder: 'Diffusion_Transformer', name, part: 'vae' })

/** The autoencoder of a model folder: between pictures and latents. */
export const loadVAE = defineNode({
  type: 'LoadVAE',
  category: 'load',
  title: 'Load autoencoder',
  summary: 'Opens the autoencoder (VAE) of a model folder.',
  resource: 'io',
  inputs: { model: modelPort('Diffusion_Transformer', { part: 'vae', tooltip: 'a folder of models/Diffusion_Transformer' }) },
  outputs: { vae: port.vae() },
  async fingerprint({ model }, { paths }) {
    if (model === undefined) return null
    return [await fingerprintOf(paths, 'Diffusion_Transformer', model, 'vae'), await holdOf(paths, heldPart(model))]
  },
  async facts({ model }, { paths }) {
    if (model === undefined) return
    const { path } = await modelPath(paths, 'Diffusion_Transformer', model)
    const known = vaeFacts(await aboutInput('model', () => vaeConfig(path)))
    return { outputs: { vae: { ...known, ...await heldFacts(paths, heldPart(model)) } } }
  },
  async run({ model }, ctx) {
    const { path } = await modelPath(ctx.paths, 'Diffusion_Transformer', model)
    const held = await holdOf(ctx.paths, heldPart(model))
    const { recipe, report } = await aboutInput('model', () => describeVae(path, { hold: held }))
    reportLoad(ctx, model, report)
    return { vae: recipe }
  },
})
