import fc from 'fast-check'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { runs } from '../../test/laws.ts'
import { openStore } from './open-store.ts'
import { scratchFolder } from './testing/jobs.ts'
import { startChild } from './testing/processes.ts'
import { stateOf, stateOfModel, step, stepArbitrary, StoreModel, stepsOf } from './testing/steps.ts'

vi.setConfig({ testTimeout: 300_000 })

/** Crashes set nothing aside, and keys never grow old. */
const MANY = { maxCrashes: 1e6, now: () => 1 }

describe('the store does what a plain list would', () => {
  test('step by step, also when it is closed and opened between', async () => {
    const life = fc.array(fc.oneof({ weight: 12, arbitrary: stepArbitrary }, fc.constant('reopen' as const)), { minLength: 10, maxLength: 120, size: 'max' })
    await fc.assert(fc.asyncProperty(life, async (steps) => {
      const folder = scratchFolder()
      const model = new StoreModel()
      let store = await openStore(folder, MANY)
      try {
        for (const one of steps) {
          if (one === 'reopen') {
            await store.close()
            store = await openStore(folder, MANY)
            model.crash()
            expect(await stateOf(store)).toEqual(stateOfModel(model))
          } else expect([one, await step(store, one)]).toEqual([one, model.step(one)])
        }
        expect(await stateOf(store)).toEqual(stateOfModel(model))
      } finally {
        await store.close()
      }
    }), runs(12))
  })

  test('all at once: calls that came together are done in their order', async () => {
    await fc.assert(fc.asyncProperty(fc.array(stepArbitrary, { minLength: 10, maxLength: 80, size: 'max' }), async (steps) => {
      const store = await openStore(scratchFolder(), MANY)
      const model = new StoreModel()
      // these ask more than once, and so may be overtaken
      const single = steps.filter((one) => one.do !== 'prune' && one.do !== 'write' && !(one.do === 'forget' && one.jobs === 'all'))
      const answers = await Promise.all(single.map((one) => step(store, one)))
      expect(answers).toEqual(single.map((one) => model.step(one)))
      expect(await stateOf(store)).toEqual(stateOfModel(model))
      await store.close()
    }), runs(10))
  })
})

describe('a process that is killed', () => {
  test('leaves what it acknowledged, and of what it was doing all or nothing', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(), fc.nat(140), fc.nat(3), async (seed, acknowledged, later) => {
      const folder = scratchFolder()
      const child = await startChild('follow', folder, String(seed))
      await child.wrote(1 + acknowledged)
      await pause(later)
      await child.kill()
      const done = child.lines().length - 1
      const store = await openStore(folder, MANY)
      const state = await stateOf(store)
      await store.close()
      const steps = stepsOf(seed)
      const possible = [done, done + 1].map((count) => {
        const model = new StoreModel()
        for (const one of steps.slice(0, count)) model.step(one)
        model.crash()
        return stateOfModel(model)
      })
      expect(possible).toContainEqual(state)
    }), runs(12))
  })

  test('has lost no job that it acknowledged, of many at once', async () => {
    for (let turn = 0; turn < 5; turn++) {
      const folder = scratchFolder()
      const child = await startChild('submit', folder)
      await child.wrote(50 + 37 * turn)
      await child.kill()
      const store = await openStore(folder)
      const stored = new Set((await store.waiting()).map(({ id }) => id))
      await store.close()
      const acknowledged = child.lines().map((line) => `j${line}`)
      expect(acknowledged.length).toBeGreaterThanOrEqual(50 + 37 * turn)
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
    }
  })
})
