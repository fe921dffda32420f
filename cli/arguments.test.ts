import { expect, test } from 'vitest'
import { defineCommand, nearest, parseArguments, UsageError } from './arguments.ts'

const command = defineCommand({
  name: 'run',
  summary: 'Run a workflow.',
  operands: [{ name: 'WORKFLOW', help: 'a workflow file' }],
  options: {
    set: { type: 'list', value: 'NODE.INPUT=VALUE', help: 'set an input' },
    device: { type: 'text', choices: ['cpu', 'cuda'], help: 'where models run' },
    json: { type: 'flag', help: 'events as JSON lines' },
  },
  openOptions: 'parameters of the workflow',
})
const closed = defineCommand({ name: 'nodes', summary: '', operands: [], options: { json: { type: 'flag', help: '' } } })
const messageOf = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as UsageError).message // checked by the line above
  }
  throw new Error('nothing was thrown')
}

test('options, lists, operands and parameters of the workflow', () => {
  const parsed = parseArguments(command, ['w.json', '--set', 'a.b=1', '--set=c.d=x=y', '--json', '--negative-prompt', '-3', '--seed=7'])
  expect(parsed.operands).toEqual(['w.json'])
  expect(parsed.options).toEqual({ set: ['a.b=1', 'c.d=x=y'], device: undefined, json: true })
  expect([...parsed.open]).toEqual([['negative_prompt', '-3'], ['seed', '7']])
})

test('"--" ends the options; names of Object.prototype are no options', () => {
  expect(parseArguments(command, ['--', '--odd.json']).operands).toEqual(['--odd.json'])
  expect([...parseArguments(command, ['w', '--constructor', 'x']).open]).toEqual([['constructor', 'x']])
})

test('what is wrong with a command line, whole messages', () => {
  expect(messageOf(() => parseArguments(command, []))).toBe('kinograph run needs WORKFLOW: a workflow file')
  expect(messageOf(() => parseArguments(command, ['w', 'x'])))
    .toBe('kinograph run takes WORKFLOW, but got "x" as well. Put a value with spaces in quotes.')
  expect(messageOf(() => parseArguments(command, ['w', '--set']))).toBe('--set needs a value. Write --set=NODE.INPUT=VALUE.')
  expect(messageOf(() => parseArguments(command, ['w', '--seed', '--json']))).toBe('--seed needs a value. Write --seed=VALUE.')
  expect(messageOf(() => parseArguments(command, ['w', '--device', 'tpu']))).toBe('--device: expected cpu, cuda, got "tpu".')
  expect(messageOf(() => parseArguments(command, ['w', '--json=1']))).toBe('--json takes no value. Write --json alone.')
  expect(messageOf(() => parseArguments(closed, ['--jsno']))).toBe('kinograph nodes has no option --jsno. Did you mean --json?')
  expect(messageOf(() => parseArguments(closed, ['-x']))).toBe('kinograph nodes has no option -x. See kinograph nodes --help.')
})

test('the nearest word is at most two edits away', () => {
  expect(nearest('sede', ['seed', 'steps'])).toBe('seed')
  expect(nearest('q', ['seed', 'steps'])).toBeUndefined()
})
