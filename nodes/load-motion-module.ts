import { defineNode } from '../core/types/index.ts'
import { withMotionModule, withPublishedMotion } from '../diffusion/index.ts'
import { knownModel, modelFacts, numberOf } from './facts.ts'
import { aboutInput } from './failure.ts'
import { fingerprintOf, modelPath, modelPort, weightBytes } from './models/port.ts'
import { reportLoad } from './models/report.ts'
import { port } from './types/index.ts'

/** Lets a base model for pictures make videos: temporal attention from a file of its own. */
export const loadMotionModule = defineNode({
  type: 'LoadMotionModule',
  category: 'load',
  title: 'Load motion module',
  summary: 'Adds a motion module to a diffusion transformer, which then makes videos.',
  resource: 'io',
  inputs: {
    model: port.model(),
    motion_module: modelPort('Motion_Module', { tooltip: 'a file of models/Motion_Module' }),
  },
  outputs: { model: port.model() },
  fingerprint: ({ motion_module: name }, { paths }) => fingerprintOf(paths, 'Motion_Module', name),
  async facts({ motion_module: name }, { facts, paths }) {
    const model = knownModel(facts['model'])
    if (model === undefined) return
    const moving = modelFacts(await aboutInput('model', () => withPublishedMotion(model)))
    const bytes = name === undefined ? 0 : await weightBytes(paths, 'Motion_Module', name)
    return { outputs: { model: { ...moving, fileBytes: (numberOf(facts['model'], 'fileBytes') ?? 0) + bytes } } }
  },
  async run({ model, motion_module: name }, ctx) {
    const { path } = await modelPath(ctx.paths, 'Motion_Module', name)
    const { recipe, report } = await aboutInput('motion_module', () => withMotionModule(model, path))
    reportLoad(ctx, name, report)
    return { model: recipe }
  },
})
