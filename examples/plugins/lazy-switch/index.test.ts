import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testNode } from 'kinograph/testing'
import plugin from './index.ts'

const [lazySwitch] = plugin.nodes

test('takes the first unless told otherwise', async () => {
  assert.equal((await testNode(lazySwitch!, { a: 'one', b: 'two' })).outputs['value'], 'one')
  assert.equal((await testNode(lazySwitch!, { a: 'one', b: 'two', second: true })).outputs['value'], 'two')
})
