/** ATTACKS 26: ids of runs that are taken, or are no names, at the real worker. */
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { RunEvent } from '../../core/run/events.ts'
import { scratchFolder } from '../cli/harness.ts'
import { startWorkerProcess } from '../../worker/process.ts'
import { WorkerClient } from '../../worker/client.ts'
import type { FromWorker, RunRequest } from '../../worker/protocol.ts'

const folder = scratchFolder()
const folders = { models: folder, input: folder, output: folder, temp: folder }
const request = (id: string, times = 1): RunRequest => ({
  type: 'run', id, device: 'cpu', folders,
  workflow: { json: { version: 1, nodes: [
    { id: 'start', type: 'Repeat', inputs: { times, initial: 'x' } },
    { id: 'join', type: 'StringConcatenate', inputs: { string_a: { from: 'start', output: 'carried' }, string_b: 'y', delimiter: '' } },
    { id: 'end', type: 'RepeatEnd', inputs: { loop: { from: 'start', output: 'loop' }, carry: { from: 'join', output: 0 } } },
    { id: 'show', type: 'PreviewAny', inputs: { source: { from: 'end', output: 'carried' } } },
  ] } },
})

test('a second run with an id that is on its way is refused, by client and worker; the first goes on and can be cancelled', async () => {
  const worker = new WorkerClient()
  try {
    const events: RunEvent[] = []
    let begun = () => {}
    const started = new Promise<void>((resolve) => { begun = resolve })
    const first = worker.ask(request('same', 50_000), { onEvent: (event) => { events.push(event); begun() } })
    await expect(worker.ask(request('same'))).rejects.toThrow('something with the id "same" is on its way already. Wait for its end, or use another id: a UUID.')
    await started
    worker.cancel('same')
    expect(await first).toEqual({ status: 'cancelled' })
    expect(await worker.ask(request('other'))).toMatchObject({ status: 'done' })
    expect(new Set(events.map(({ run }) => run))).toEqual(new Set(['same']))
    expect(await worker.ask(request('same'))).toMatchObject({ status: 'done' }) // the id is free again
  } finally {
    worker.kill()
  }
}, 60_000)

test('the worker refuses by itself what a client of another kind may send', async () => {
  const { child, kill } = startWorkerProcess(['none'])
  const heard: Exclude<FromWorker, { type: 'ready' }>[] = []
  const until = (wanted: (message: FromWorker) => boolean) => new Promise<void>((resolve) => {
    child.on('message', (message) => {
      const received = message as FromWorker // the worker speaks its protocol
      for (const said of received.type === 'batch' ? received.messages : [received]) {
        if (said.type === 'failure' || said.type === 'answer') heard.push(said)
        if (wanted(said)) resolve()
      }
    })
  })
  const BAD = ['../../etc/x', '/abs', 'a\0b', 'line\nbreak', 'x'.repeat(100_000), '', '\u202etxt.exe', 'con:1']
  try {
    let failures = 0
    const all = until((message) => message.type === 'failure' && ++failures === BAD.length + 1)
    child.send(request('twice', 50_000))
    child.send(request('twice'))
    for (const id of BAD) child.send(request(id))
    await all
    expect(heard.map((message) => message.type === 'failure' && message.problem.problem.slice(0, 60))).toEqual([
      'something with the id "twice" is on its way already', ...BAD.map(() => 'expected a run id of 1 to 64 letters, digits, - and _ that b'),
    ])
    expect(readdirSync(folder)).toEqual([]) // none became a path
  } finally {
    kill()
  }
}, 60_000)
