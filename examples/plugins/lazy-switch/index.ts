import { defineNode, definePlugin, port } from 'kinograph'

const lazySwitch = defineNode({
  type: 'LazySwitch',
  category: 'logic',
  summary: 'Gives one of two values; only the one that is asked for is computed.',
  inputs: {
    second: port.boolean({ default: false, tooltip: 'whether to take the second' }),
    a: port.any().lazy(),
    b: port.any().lazy(),
  },
  outputs: { value: port.any() },
  needs: ({ second }) => [second ? 'b' : 'a'],
  run: ({ second, a, b }) => ({ value: second ? b : a }),
})

/** Only here to show that it does not run. */
const fail = defineNode({
  type: 'AlwaysFails',
  category: 'logic',
  inputs: {},
  outputs: { value: port.any() },
  run: () => { throw new Error('nobody should have asked') },
})

export default definePlugin({ apiVersion: '1.0', nodes: [lazySwitch, fail] })
