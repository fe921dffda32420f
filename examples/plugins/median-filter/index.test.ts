import assert from 'node:assert/strict'
import { test } from 'node:test'
import { framesOf } from 'kinograph'
import { testNode } from 'kinograph/testing'
import plugin from './index.ts'

const [medianFilter] = plugin.nodes

/** Five by five grey pixels of one value with a white speckle in the middle, twice. */
const speckled = new Uint8Array(2 * 5 * 5 * 3).fill(100)
for (const frame of [0, 1]) speckled.fill(255, (frame * 25 + 12) * 3, (frame * 25 + 13) * 3)
const image = framesOf(speckled, { count: 2, height: 5, width: 5, channels: 3, dtype: 'u8' })

test('a speckle goes, in every frame', async () => {
  const { outputs } = await testNode(medianFilter!, { image })
  const filtered = outputs['image'] as typeof image
  assert.deepEqual([filtered.count, filtered.width, filtered.height, filtered.channels], [2, 5, 5, 3])
  assert.ok((await filtered.read(0, 2)).every((sample) => sample === 100))
})

test('a window of one pixel changes nothing', async () => {
  const { outputs } = await testNode(medianFilter!, { image, size: 1 })
  assert.deepEqual(await (outputs['image'] as typeof image).read(0, 2), speckled)
})

test('a size that sharp would not take is refused before anything runs', async () => {
  await assert.rejects(testNode(medianFilter!, { image, size: 0 }), /input "size": expected a whole number from 1 to 31, got 0/)
})
