import { defineNode } from '../core/types/index.ts'
import { checkLatentKind, checkShape, checkTextWidth, modelWeights, sample, samplerActivations, samplerStateBytes, samplerStateFrom, samplerTokens, SCHEDULERS } from '../diffusion/index.ts'
import type { StepInfo } from '../diffusion/index.ts'
import { complaintsOf, knownLatent, knownModel, knownShape, knownWidth, memoryNeed } from './facts.ts'
import { aboutInput } from './failure.ts'
import { DEVICE, PREVIEWS } from './services.ts'
import { port } from './types/index.ts'

/** Denoises: from noise, or from a latent that is given some of it, towards what the conditioning says. */
export const sampler = defineNode({
  type: 'Sampler',
  category: 'sampling',
  summary: 'Makes a latent that follows the prompt, step by step out of noise.',
  resource: 'device',
  inputs: {
    model: port.model(),
    positive: port.conditioning({ tooltip: 'what it should show' }),
    negative: port.conditioning({ tooltip: 'what it should not show; without it there is no guidance' }).optional(),
    latent: port.latent({ tooltip: 'the size, and where denoise is below 1 the start' }),
    scheduler: port.choice(Object.keys(SCHEDULERS), { default: 'DPM++' }),
    steps: port.int({ default: 30, min: 1, max: 1000 }),
    guidance: port.float({ default: 6, min: 0, max: 100, step: 0.1, tooltip: 'how strongly the prompt is followed; 1: not at all more than it comes by itself' }),
    seed: port.seed({ default: 43, tooltip: 'the noise to start from: equal seeds give equal results' }),
    denoise: port.float({ default: 1, min: 0, max: 1, step: 0.01, tooltip: '1: from pure noise; less: keeps more of the latent' }),
  },
  outputs: { latent: port.latent() },
  facts(_, { facts }) {
    const { latent, positive, negative } = facts
    const outputs = { latent }
    const [model, shape] = [knownModel(facts['model']), knownShape(latent)]
    if (model === undefined) return { outputs }
    const complaints = complaintsOf('latent', [
      () => checkLatentKind({ name: 'this model', family: 'kl' }, knownLatent(latent)),
      () => shape && checkShape(model, shape),
      () => checkTextWidth(model, 'positive', knownWidth(positive)),
      () => checkTextWidth(model, 'negative', knownWidth(negative)),
    ], ['positive', 'negative'])
    return { outputs, complaints }
  },
  memory({ guidance = 2 }, { facts, linked }) {
    const [model, shape] = [knownModel(facts['model']), knownShape(facts['latent'])]
    if (model === undefined || shape === undefined) return undefined
    const copies = guidance > 1 && linked.has('negative') ? 2 : 1
    return memoryNeed(facts['model'], modelWeights(model), samplerActivations(model, shape, copies))
  },
  cost({ steps, guidance = 2, denoise = 1 }, { facts, linked }) {
    const [model, shape] = [knownModel(facts['model']), knownShape(facts['latent'])]
    if (model === undefined || shape === undefined || steps === undefined) return undefined
    const passes = guidance > 1 && linked.has('negative') ? 2 : 1
    return Math.max(1, steps * denoise) * passes * samplerTokens(model, shape) * modelWeights(model)
  },
  async run({ model, positive, negative, latent, scheduler, steps, guidance, seed, denoise }, { use, signal, progress, place, checkpoint }) {
    const device = await use(DEVICE).open()
    const request = { positive, negative: negative ?? null, latents: latent, scheduler, steps, guidance, seed, denoise }
    const saved = await checkpoint.load()
    const resume = saved && samplerStateFrom(saved, latent.data.length)
    const previews = use(PREVIEWS)
    const onStep = async ({ step, steps: all, state, clean }: StepInfo) => {
      progress(step, all)
      previews.show(place, { model, step, steps: all, shape: latent.shape, clean })
      if (checkpoint.due(step)) await checkpoint.save(() => samplerStateBytes(state))
    }
    const own = ['model', 'positive', 'negative', 'scheduler', 'steps', 'guidance', 'seed', 'denoise']
    const made = await aboutInput('latent', () => sample(device, model, request, { signal, onStep, ...(resume && { resume }) }), own)
    return { latent: made }
  },
})
