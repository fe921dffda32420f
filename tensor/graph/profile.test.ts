import { expect, test } from 'vitest'
import { flopsByProvider } from './profile.ts'

test('operations are summed by where their nodes ran, each once, under the names that they were built with', () => {
  const event = (name: string, provider: string) => ({ cat: 'Node', name: `${name}_kernel_time`, args: { provider } })
  const events = [
    event('a/Gemm', 'CPU'),
    event('a/Gemm', 'CPU'),
    event('b/Conv_1_token_12', 'GPU'),
    event('c/Gemm', 'GPU'),
    { cat: 'Session', name: 'run' },
  ]
  const byNode = new Map([
    ['a/Gemm', 5],
    ['b/Conv_1', 20],
    ['c/Gemm', 300],
    ['d/Mul', 4000],
  ])
  expect(Object.fromEntries(flopsByProvider(events, byNode))).toEqual({ CPU: 5, GPU: 320, unknown: 4000 })
})
