import { defineNode } from '../core/types/index.ts'
import { describeVae } from '../diffusion/index.ts'
import { aboutInput } from './failure.ts'
import { fingerprintOf, modelPath, modelPort } from './models/port.ts'
import { reportLoad } from './models/report.ts'
import { port } from './types/index.ts'

/** The autoencoder of a model folder: between pictures and latents. */
export const loadVAE = defineNode({
  type: 'LoadVAE',
  category: 'load',
  title: 'Load autoencoder',
  summary: 'Opens the autoencoder (VAE) of a model folder.',
  resource: 'io',
  inputs: { model: modelPort('Diffusion_Transformer', { part: 'vae', tooltip: 'a folder of models/Diffusion_Transformer' }) },
  outputs: { vae: port.vae() },
  fingerprint: ({ model }, { paths }) => fingerprintOf(paths, 'Diffusion_Transformer', model, 'vae'),
  async run({ model }, ctx) {
    const { path } = await modelPath(ctx.paths, 'Diffusion_Transformer', model)
    const { recipe, report } = await aboutInput('model', () => describeVae(path))
    reportLoad(ctx, model, report)
    return { vae: recipe }
  },
})
