import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRegistry, runWorkflow } from 'kinograph'
import plugin from './index.ts'

const registry = createRegistry([{ ...plugin, id: 'until-stable', hash: '' }])
const folder = '/nowhere'
const paths = { models: folder, input: folder, output: folder, temp: folder }

//  start ─value─► step ─guess─► end          step: towards √2
function root(end: object) {
  const nodes = [
    { id: 'start', type: 'UntilStable', inputs: { initial: 1 } },
    { id: 'step', type: 'NewtonRootStep', inputs: { guess: { from: 'start', output: 'value' } } },
    { id: 'end', type: 'UntilStableEnd', inputs: { loop: { from: 'start', output: 'loop' }, next: { from: 'step', output: 'guess' }, ...end } },
  ]
  return runWorkflow({ version: 1, nodes }, { registry, paths, targets: ['end'] })
}

test('goes round until the value hardly changes', async () => {
  const outputs = (await root({})).results.get('end')!.outputs
  assert.ok(Math.abs(Number(outputs.get('value')!.value) - Math.SQRT2) < 1e-9)
  assert.equal(outputs.get('rounds')!.value, 5)
})

test('fails where it would go on for too long', async () => {
  assert.match((await root({ max_rounds: 2 })).error!.message, /^UntilStableEnd \(node end\): .*still changing after 2 rounds/)
})
