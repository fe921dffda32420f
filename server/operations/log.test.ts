import { expect, test } from 'vitest'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { openLog } from './log.ts'
import type { LogOptions } from './log.ts'

const TOKEN = 'b7c1e0aa51d94c6f'

function written(options: Partial<LogOptions>, write: (log: ReturnType<typeof openLog>) => void): Record<string, unknown>[] {
  const lines: string[] = []
  const log = openLog({ logLevel: 'info', logPrompts: false, secrets: [TOKEN], ...options, to: { write: (line) => void lines.push(line) } })
  write(log)
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('a line is JSON with level, time, fields and message', () => {
  const [line] = written({}, (log) => log.warn({ job: 'a', attempt: 2 }, 'tried again'))
  expect(line).toEqual({ level: 'warn', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), job: 'a', attempt: 2, msg: 'tried again' })
})

test('tokens are taken out of messages, fields and errors', () => {
  const lines = written({}, (log) => {
    log.info({ url: `/view?token=${TOKEN}`, deep: { header: [`Bearer ${TOKEN}`] } }, `got ${TOKEN}`)
    log.error({ error: new Error(`cannot use ${TOKEN}`, { cause: new Error(`since ${TOKEN}`) }) }, 'failed')
  })
  expect(JSON.stringify(lines)).not.toContain(TOKEN)
  expect(lines[1]!['error']).toMatch(/^Error: cannot use[\s\S]*caused by: Error: since/)
})

test('what people wrote is left out of problems, unless prompts are wanted', () => {
  const problem = new WorkflowError({
    code: 'value_not_in_list', node: { id: '7', type: 'Sampler', title: 'my secret film' }, input: 'sampler_name',
    problem: 'expected euler, got "a cat \\"in\\" a hat"',
  })
  const write = (log: ReturnType<typeof openLog>) => log.error({ problem: problem.toJSON(), error: problem }, 'failed')
  const [discreet] = written({}, write)
  expect(discreet!['problem']).toEqual({ code: 'value_not_in_list', node: { id: '7', type: 'Sampler' }, input: 'sampler_name', problem: 'expected euler, got "…"' })
  expect(JSON.stringify(discreet)).not.toMatch(/cat|film/)
  expect(written({ logPrompts: true }, write)[0]!['problem']).toMatchObject({ problem: 'expected euler, got "a cat \\"in\\" a hat"' })
})

test('an error that somebody wrote as a text already is treated like one', () => {
  const [line] = written({}, (log) => log.error({ error: 'Error: no "secret film" here', route: '/view' }, 'failed'))
  expect(line).toMatchObject({ error: 'Error: no "…" here', route: '/view' })
})

test('levels below the one that is wanted are not written', () => {
  const all = (log: ReturnType<typeof openLog>) => {
    log.debug({}, 'd')
    log.info({}, 'i')
    log.error({}, 'e')
  }
  expect(written({ logLevel: 'debug' }, all).map(({ msg }) => msg)).toEqual(['d', 'i', 'e'])
  expect(written({ logLevel: 'error' }, all).map(({ msg }) => msg)).toEqual(['e'])
  expect(written({ logLevel: 'silent' }, all)).toEqual([])
})
