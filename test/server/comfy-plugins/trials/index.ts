/** Nodes that tests of ComfyUI's interface put into prompts: slow ones, failing ones, ones that become others. */
import { setTimeout as pause } from 'node:timers/promises'
import { defineNode, definePlugin, port } from 'kinograph'

/** Says how far it is while it waits; ends at once when the run is stopped. */
const slow = defineNode({
  type: 'TrialSlow', category: 'trial', idempotent: false,
  inputs: { seconds: port.float({ default: 60, min: 0 }), steps: port.int({ default: 20, min: 1 }) },
  outputs: { steps: port.int() },
  async run({ seconds, steps }, { signal, progress }) {
    for (let step = 0; step < steps; step++) {
      await pause(seconds * 1000 / steps, undefined, { signal })
      progress(step + 1, steps)
    }
    return { steps }
  },
})

const fail = defineNode({
  type: 'TrialFail', category: 'trial', output: true,
  inputs: { text: port.string({ default: 'out of luck' }) }, outputs: {},
  run({ text }) {
    throw new RangeError(text)
  },
})

const grow = defineNode({
  type: 'TrialGrow', category: 'trial', output: true,
  inputs: { text: port.string({ default: 'inside' }) }, outputs: { text: port.string() },
  run: ({ text }, { expand }) => expand((builder) => ({ text: builder.node('PreviewAny', { source: text }, { id: 'shown' }).out('STRING') })),
})

const guarded = defineNode({
  type: 'TrialGuarded', category: 'trial', output: true,
  inputs: { password: port.string({ secret: true }) }, outputs: {},
  run: ({ password }, { ui }) => {
    ui({ text: [`${password.length} characters`] })
    return {}
  },
})

export default definePlugin({ nodes: [slow, fail, grow, guarded] })
