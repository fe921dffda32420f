/** A node with an input of every kind that is written by hand. */
import { defineNode, definePlugin, port } from 'kinograph'

const every = defineNode({
  type: 'EveryWidget', category: 'trial', title: 'Every widget', summary: 'Has an input of every kind.', output: true,
  inputs: {
    whole: port.int({ default: 4, min: 1, max: 100, tooltip: 'from one to a hundred' }),
    share: port.float({ default: 0.5, min: 0, max: 1, step: 0.05 }),
    slide: port.float({ default: 2, min: 0, max: 10, step: 0.5, display: 'slider' }),
    seed: port.seed(),
    toggle: port.boolean({ default: false, labelOn: 'yes please', labelOff: 'no thanks' }),
    choice: port.choice(['alpha', 'beta', 'gamma ray', 'delta'], { default: 'alpha' }),
    remote: port.choice(['none'], { remote: { route: '/models', refreshButton: true } }).optional(),
    line: port.string({ default: 'one line' }),
    prompt: port.string({ default: 'a red circle', multiline: true, dynamicPrompt: true }),
    several: port.list(port.choice(['one', 'two', 'three'])).optional(),
    anything: port.any({ default: [1, 2] }),
    hidden: port.string({ default: 'shown on demand', advanced: true }),
    password: port.string({ secret: true }).optional(),
  },
  outputs: {},
  run: () => ({}),
})

export default definePlugin({ nodes: [every] })
