import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Pulse } from './pulse.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function listen(silence: number) {
  const heard = { asked: 0, silent: 0 }
  return { heard, pulse: new Pulse({ silence, ask: () => { heard.asked++ }, onSilent: () => { heard.silent++ } }) }
}

test('whoever answers is asked on and on', () => {
  const { heard, pulse } = listen(20)
  for (let time = 0; time < 100; time += 5) {
    vi.advanceTimersByTime(5000)
    pulse.sign()
  }
  expect(heard).toEqual({ asked: 20, silent: 0 })
})

test('whoever gives no sign of life for so long is told of, once', () => {
  const { heard, pulse } = listen(20)
  vi.advanceTimersByTime(20_000)
  expect(heard).toEqual({ asked: 4, silent: 0 })
  vi.advanceTimersByTime(600_000)
  expect(heard).toEqual({ asked: 4, silent: 1 })
  pulse.stop()
})

test('a clock that jumps is nobody\'s silence', () => {
  const { heard } = listen(20)
  vi.advanceTimersByTime(5000)
  vi.setSystemTime(Date.now() + 86_400_000)
  vi.advanceTimersByTime(5000)
  expect(heard.silent).toBe(0)
})

test('nobody is asked where silence may last for ever, or after the end', () => {
  const never = listen(0)
  const stopped = listen(20)
  stopped.pulse.stop()
  vi.advanceTimersByTime(1_000_000)
  expect([never.heard.asked, stopped.heard.asked]).toEqual([0, 0])
})
