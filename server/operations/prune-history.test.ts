import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FIRST, pruneHistory } from './prune-history.ts'

beforeEach(() => { vi.useFakeTimers({ now: Date.UTC(2026, 0, 31) }) })
afterEach(() => { vi.useRealTimers() })

const limits = { days: 30, bytes: 5, count: 7 }

function listen() {
  const said: string[] = []
  const say = (fields: object, message: string) => void said.push(`${message} ${JSON.stringify(fields)}`)
  return { said, log: { info: say, warn: say, error: say } }
}

test('the history is held to its limits again and again, and a failure does not end that', async () => {
  const asked: object[] = []
  const results = [async () => 0, async () => { throw new Error('disk full') }, async () => 4]
  const { said, log } = listen()
  const told: number[] = []
  const prune = async (limit: object) => { asked.push(limit); return results[asked.length - 1]!() }
  const stop = pruneHistory({ prune }, limits, log, async (removed) => void told.push(removed))
  await vi.advanceTimersByTimeAsync(FIRST)
  expect(asked).toEqual([{ before: Date.UTC(2026, 0, 1) + FIRST, bytes: 5, count: 7 }])
  await vi.advanceTimersByTimeAsync(600_000)
  expect(said).toEqual(['the history could not be pruned {"error":{}}', 'the oldest jobs were removed from the history {"jobs":4}'])
  expect(told).toEqual([0, 4])
  stop()
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(asked).toHaveLength(3)
})
