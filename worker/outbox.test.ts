import { expect, test } from 'vitest'
import type { RunEvent } from '../core/run/events.ts'
import { WITHHELD } from '../core/types/withheld.ts'
import { Redactor } from '../core/workflow/redact.ts'
import { bounded, Outbox } from './outbox.ts'
import { MAX_MESSAGE } from './protocol.ts'
import type { FromWorker } from './protocol.ts'

const event = (seq: number, body: Partial<Extract<RunEvent, { type: 'node.warning' }>> = {}): RunEvent =>
  ({ v: 1, run: 'r', seq, at: 0, type: 'node.warning', node: 'n', shown: 'n', message: '', ...body })

function outbox() {
  const sent: FromWorker[] = []
  return { box: new Outbox((message) => sent.push(message)), sent }
}
const unpacked = (sent: readonly FromWorker[]) => sent.flatMap((message) => message.type === 'batch' ? message.messages : [message])
const eventsIn = (sent: readonly FromWorker[]) => unpacked(sent).flatMap((message) => message.type === 'events' ? message.events : [])

test('what is said in one turn travels together, in order', async () => {
  const { box, sent } = outbox()
  box.event('r', event(0))
  box.event('r', event(1))
  expect(sent).toEqual([])
  box.post({ type: 'answer', id: 'r', answer: { status: 'cancelled' } })
  box.event('r', event(2))
  box.event('other', event(0))
  expect(sent).toEqual([])
  await new Promise((resolve) => setImmediate(resolve))
  expect(sent).toHaveLength(1)
  expect(unpacked(sent).map(({ type }) => type)).toEqual(['events', 'answer', 'events', 'events'])
  expect(eventsIn(sent).map(({ seq }) => seq)).toEqual([0, 1, 2, 0])
})

test('that work begins which may end the process is said at once, after what was said before, and once', () => {
  const { box, sent } = outbox()
  box.post({ type: 'answer', id: 'before', answer: { status: 'cancelled' } })
  box.begun('r')
  box.begun('r')
  expect(unpacked(sent)).toEqual([{ type: 'answer', id: 'before', answer: { status: 'cancelled' } }, { type: 'begun', id: 'r' }])
  expect([box.hasBegun('r'), box.hasBegun('before')]).toEqual([true, false])
  box.forget('r')
  box.begun('r')
  expect(unpacked(sent)).toHaveLength(3)
})

test('one message goes by itself', () => {
  const { box, sent } = outbox()
  box.post({ type: 'ready' })
  box.flush()
  box.flush()
  expect(sent).toEqual([{ type: 'ready' }])
})

test('no message is larger than the limit, and none is lost', () => {
  const { box, sent } = outbox()
  for (let seq = 0; seq < 30; seq++) box.event('r', event(seq, { message: 'x'.repeat(100_000) }))
  box.flush()
  expect(sent.length).toBeGreaterThan(3)
  for (const message of sent) expect(JSON.stringify(message).length).toBeLessThanOrEqual(MAX_MESSAGE)
  expect(eventsIn(sent).map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, seq) => seq))
})

test('secrets stay here: those of all requests, and those of one until it is forgotten', () => {
  const sent: FromWorker[] = []
  const box = new Outbox((message) => sent.push(message), new Redactor(['everybodys']))
  box.withhold('r', ['its-own'])
  box.event('r', event(0, { message: 'its-own and everybodys' }))
  box.event('other', event(0, { message: 'its-own and everybodys' }))
  box.event('r', { v: 1, run: 'r', seq: 1, at: 0, type: 'node.done', node: 'n', shown: 'n', seconds: 1, ui: { text: ['its-own'] } })
  box.flush()
  expect(eventsIn(sent).map((one) => (one.type === 'node.done' ? one.ui : 'message' in one && one.message))).toEqual([
    `${WITHHELD} and ${WITHHELD}`, `its-own and ${WITHHELD}`, { text: [WITHHELD] },
  ])
  box.post({ type: 'failure', id: 'r', problem: { code: 'execution_failed', problem: 'its-own' } })
  box.forget('r')
  box.post({ type: 'failure', id: 'r', problem: { code: 'execution_failed', problem: 'its-own' } })
  box.flush()
  expect(unpacked(sent).slice(-2)).toMatchObject([{ problem: { problem: WITHHELD } }, { problem: { problem: 'its-own' } }])
})

test('ten thousand nodes are named in several messages', () => {
  const { box, sent } = outbox()
  box.graph('r', Array.from({ length: 10_000 }, (_, i) => ({ id: String(i), type: 'T' })))
  box.flush()
  const messages = unpacked(sent)
  expect(messages).toHaveLength(5)
  expect(messages.flatMap((message) => message.type === 'graph' ? message.nodes : []).at(-1)).toEqual({ id: '9999', type: 'T' })
})

test('of ten thousand problems the first cross', () => {
  const problems = Array.from({ length: 10_000 }, (_, i) => ({ code: 'unknown_input' as const, problem: `problem ${i}` }))
  const cut = bounded({ code: 'prompt_outputs_failed_validation', problem: 'long', problems })
  expect(cut.problem).toBe('the workflow has 10000 problems; these are the first 200')
  expect(cut.problems).toHaveLength(200)
})
