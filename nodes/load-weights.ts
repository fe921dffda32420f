import { defineNode } from '../core/types/index.ts'
import { withWeights } from '../diffusion/index.ts'
import { aboutInput } from './failure.ts'
import { fingerprintOf, modelPath, modelPort } from './models/port.ts'
import { reportLoad } from './models/report.ts'
import { port } from './types/index.ts'

/** A personalised checkpoint over a base: its tensors take the place of the base's. */
export const loadWeights = defineNode({
  type: 'LoadWeights',
  category: 'load',
  title: 'Load personalised weights',
  summary: 'Puts the weights of a personalised checkpoint over those of a diffusion transformer.',
  resource: 'io',
  inputs: {
    model: port.model(),
    weights: modelPort('Personalized_Model', { tooltip: 'a checkpoint of models/Personalized_Model' }),
  },
  outputs: { model: port.model() },
  fingerprint: ({ weights }, { paths }) => fingerprintOf(paths, 'Personalized_Model', weights),
  facts: (_, { facts }) => ({ outputs: { model: facts['model'] } }),
  async run({ model, weights }, ctx) {
    const { path } = await modelPath(ctx.paths, 'Personalized_Model', weights)
    const { recipe, report } = await aboutInput('weights', () => withWeights(model, path))
    reportLoad(ctx, weights, { ...report, missing: [] }) // it need not have them all
    return { model: recipe }
  },
})
