import { expect, test } from 'vitest'
import type { RunAnswer } from './protocol.ts'
import { INTERRUPTED, RunLine } from './run-line.ts'
import type { RunSignals } from './run-line.ts'

const done: RunAnswer = { status: 'done', files: [], outputs: [], seconds: 0 }

/** Work that ends when it is told to, and notes that it began. */
function held(begun: string[], name: string) {
  let end: () => void = () => {}
  const ended = new Promise<void>((resolve) => { end = resolve })
  const work = async ({ signal, onSuspend, interrupt }: RunSignals): Promise<RunAnswer> => {
    begun.push(name)
    onSuspend(interrupt)
    await Promise.race([ended, new Promise((resolve) => signal.addEventListener('abort', resolve))])
    if (!signal.aborted) return done
    return { status: signal.reason === INTERRUPTED ? 'interrupted' : 'cancelled' }
  }
  return { work, end: () => end() }
}

test('one run after another, in the order in which they came', async () => {
  const line = new RunLine()
  const begun: string[] = []
  const [a, b, c] = ['a', 'b', 'c'].map((name) => held(begun, name))
  const answers = [line.add('a', a!.work), line.add('b', b!.work), line.add('c', c!.work)]
  c!.end()
  b!.end()
  await new Promise(setImmediate)
  expect(begun).toEqual(['a'])
  a!.end()
  await Promise.all(answers)
  expect(begun).toEqual(['a', 'b', 'c'])
})

test('one that waits is cancelled or suspended at once, and never begins', async () => {
  const line = new RunLine()
  const begun: string[] = []
  const first = held(begun, 'first')
  const answers = [line.add('first', first.work), line.add('x', held(begun, 'x').work), line.add('y', held(begun, 'y').work)]
  line.cancel('x')
  line.suspend('y')
  expect(await answers[1]).toEqual({ status: 'cancelled' })
  expect(await answers[2]).toEqual({ status: 'interrupted' })
  first.end()
  expect(await answers[0]).toEqual(done)
  expect(begun).toEqual(['first'])
})

test('the one that runs hears it, and the next begins', async () => {
  const line = new RunLine()
  const begun: string[] = []
  const [a, b] = [held(begun, 'a'), held(begun, 'b')]
  const answers = [line.add('a', a.work), line.add('b', b.work)]
  line.cancel('a')
  expect(await answers[0]).toEqual({ status: 'cancelled' })
  await new Promise(setImmediate)
  line.suspend('b')
  expect(await answers[1]).toEqual({ status: 'interrupted' })
  expect(begun).toEqual(['a', 'b'])
})

test('work that throws leaves the line going', async () => {
  const line = new RunLine()
  const answers = [line.add('a', () => Promise.reject(new Error('broken'))), line.add('b', async () => done)]
  await expect(answers[0]).rejects.toThrow('broken')
  expect(await answers[1]).toEqual(done)
})

test('a run is answered before the next begins', async () => {
  const line = new RunLine()
  const order: string[] = []
  const run = async (id: string) => {
    await line.add(id, async () => {
      order.push(`${id} begins`)
      return done
    })
    order.push(`${id} is answered`)
  }
  await Promise.all([run('a'), run('b')])
  expect(order).toEqual(['a begins', 'a is answered', 'b begins', 'b is answered'])
})
