import { defineNode } from '../core/types/index.ts'
import { withLora } from '../diffusion/index.ts'
import { aboutInput } from './failure.ts'
import { fingerprintOf, modelPath, modelPort } from './models/port.ts'
import { reportLoad } from './models/report.ts'
import { port } from './types/index.ts'

/** One LoRA more on a model. A pure function of recipes: nothing is loaded or changed, and LoRAs may follow each other. */
export const applyLoRA = defineNode({
  type: 'ApplyLoRA',
  category: 'load',
  title: 'Apply LoRA',
  summary: 'Adds a LoRA (kohya, diffusers or PEFT keys) to a model, and to its text encoder where the file has keys for it.',
  resource: 'io',
  inputs: {
    model: port.model(),
    lora: modelPort('Personalized_Model', { tooltip: 'a file of models/Personalized_Model' }),
    strength: port.float({ default: 1, min: -10, max: 10, step: 0.05, tooltip: '0: no effect, 1: as trained' }),
    text_encoder: port.textEncoder().optional(),
    mode: port.choice(['branch', 'merge'], {
      default: 'branch', advanced: true,
      tooltip: 'branch: computed beside the weights, no waiting when strength changes; merge: added into a copy of the weights once',
    }),
  },
  outputs: { model: port.model(), text_encoder: port.textEncoder().optional() },
  fingerprint: ({ lora }, { paths }) => fingerprintOf(paths, 'Personalized_Model', lora),
  facts: (_, { facts: { model, text_encoder } }) => ({ outputs: { model, text_encoder } }),
  async run({ model, lora, strength, text_encoder: textEncoder, mode }, ctx) {
    const { path } = await modelPath(ctx.paths, 'Personalized_Model', lora)
    const applied = await aboutInput('lora', () => withLora({ model, textEncoder }, path, strength, mode))
    reportLoad(ctx, lora, applied.report)
    return { model: applied.model, text_encoder: applied.textEncoder }
  },
})
