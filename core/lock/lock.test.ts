import { expect, test } from 'vitest'
import { WorkflowError } from '../workflow/workflow-error.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { compareOutputs, compareSurroundings, statusOf } from './compare.ts'
import { formatLock, type Lock } from './lock.ts'
import { meaningHash, meaningOf } from './meaning.ts'
import { parseLock } from './parse.ts'

const [A, B] = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string]
const drawing: Workflow = {
  version: 1, title: 'A title', parameters: [{ name: 'x', node: '2', input: 'x' }],
  nodes: [
    { id: '2', type: 'Add', inputs: { y: { from: '1', output: 0 }, x: 3 }, position: [10, 20], title: 'Sum' },
    { id: '1', type: 'Number', inputs: { value: 1 } },
  ],
  groups: [{ title: 'g', bounds: [0, 0, 1, 1] }],
}
const workflow = meaningOf(drawing)
const lock: Lock = {
  version: 1, settings: { set: ['1.value=1'], parameters: {}, until: [] }, device: 'cpu',
  environment: { node: '22.1.0', engine: '1' }, weights: { s: 'packed' },
  models: [{ file: 'm/b', bytes: 5, sha256: A }, { file: 'm/a', bytes: 4, sha256: B }], files: [],
  plugins: [{ name: 'blur', version: '1.0.0', hash: 'h' }],
  nodes: [{ type: 'Number', version: 1 }, { type: 'Add', version: 2, plugin: 'blur' }],
  seeds: [{ node: 's', input: 'seed', value: 7 }], prompts: [{ node: 'p', input: 'text', text: 'red' }],
  sha256: meaningHash(drawing), workflow,
  outputs: [
    { node: '2', output: 'sum', type: 'INT', bytes: 1, sha256: A, value: 4 },
    { node: '3', output: 'IMAGE', type: 'IMAGE', bytes: 9, sha256: A, sample: { count: 1, peak: 255, values: 'AACAPw==' } },
  ],
}

test('a meaning has neither looks nor the order of the file', () => {
  expect(workflow).toEqual({
    version: 1,
    nodes: [
      { id: '1', type: 'Number', inputs: { value: 1 } },
      { id: '2', type: 'Add', inputs: { x: 3, y: { from: '1', output: 0 } } },
    ],
  })
  const [first, second] = drawing.nodes
  const moved: Workflow = { version: 1, nodes: [second!, { ...first!, position: [0, 0], title: 'Other', inputs: { x: 3, y: { output: 0, from: '1' } } }] }
  expect(meaningHash(moved)).toBe(meaningHash(drawing))
  expect(meaningHash({ ...moved, nodes: [{ ...second!, inputs: { value: 2 } }, first!] })).not.toBe(meaningHash(drawing))
})

test('a lock is written in one order, and read back', () => {
  const text = formatLock(lock)
  const read = parseLock(text, 'x.lock.json')
  expect(read.models.map(({ file }) => file)).toEqual(['m/a', 'm/b'])
  expect(read).toMatchObject({ ...lock, models: expect.anything(), nodes: expect.anything() })
  expect(formatLock(read)).toBe(text)
  expect(text.indexOf('"engine"')).toBeLessThan(text.indexOf('"node"'))
})

const refusal = (text: string): string => {
  try {
    parseLock(text, 'x.lock.json')
  } catch (error) {
    if (error instanceof WorkflowError) return error.message
    throw error
  }
  throw new Error('it was not refused')
}
const changed = (change: object) => refusal(JSON.stringify({ ...lock, ...change }))

test('what is no lock is refused, with the place', () => {
  const text = formatLock(lock)
  expect(refusal(text.slice(0, text.length >> 1))).toMatch(/^x\.lock\.json, line \d+, column \d+: the text is not JSON: /)
  expect(refusal('')).toContain('x.lock.json')
  expect(refusal('[]')).toBe('x.lock.json: expected an object, got []. Make it again with "kinograph lock".')
  expect(refusal('{}')).toBe('x.lock.json: the field "version" is missing. Make it again with "kinograph lock".')
  expect(changed({ version: 2 })).toBe('x.lock.json, version: the lock was made by a newer kinograph: its version is 2, this one knows 1. Install the newest kinograph, or make the lock again.')
  expect(changed({ version: 0 })).toContain('there is no version 0 of lock files')
  expect(changed({ version: '1' })).toContain('x.lock.json, version: expected a whole number from 0, got "1"')
  expect(changed({ models: {} })).toContain('x.lock.json, models: expected a list, got {}')
  expect(changed({ models: [{ file: 'a', bytes: 1, sha256: 'abc' }] })).toContain('x.lock.json, models[0].sha256: expected 64 hex digits, got "abc"')
  expect(changed({ seeds: [{ node: 's', input: 'seed', value: 1.5 }] })).toContain('seeds[0].value: expected a whole number')
  expect(changed({ environment: { node: 22 } })).toContain('environment.node: expected a text, got 22')
  expect(changed({ settings: { set: [1], parameters: {}, until: [] } })).toContain('settings.set[0]: expected a text, got 1')
  expect(changed({ outputs: [{ ...lock.outputs![1], sample: { count: 1, values: '%' } }] })).toContain('outputs[0].sample.values: expected base64')
  expect(changed({ workflow: { version: 1, nodes: [{ id: 1 }] } })).toContain('x.lock.json, nodes[0]')
  expect(changed({ workflow: { ...workflow, nodes: [] } })).toContain('sha256: it is not the hash of the workflow below it')
  expect(changed({ outputs: undefined, sha256: undefined })).toContain('the field "sha256" is missing')
})

const texts = (found: Partial<Lock>) => compareSurroundings(lock, { ...lock, ...found }).map(({ decides, text }) => `${decides ? '!' : ' '} ${text}`)

test('each difference is named with what was locked and what is there', () => {
  expect(texts({})).toEqual([])
  expect(texts({ models: [{ file: 'm/b', bytes: 6, sha256: B }, { file: 'm/c', bytes: 1, sha256: A }] })).toEqual([
    `! model m/b: another content (of 5 bytes, now 6): locked sha256 ${A}, found ${B}`,
    `! model m/a: it is missing; locked: 4 bytes, sha256 ${B}`,
    '  model m/c: the lock does not know it',
  ])
  expect(texts({ plugins: [{ name: 'blur', version: '1.1.0', hash: 'h2' }] })).toEqual(['! plugin blur: locked 1.0.0, content h, found 1.1.0, content h2'])
  expect(texts({ plugins: [], nodes: [{ type: 'Number', version: 2 }] })).toEqual([
    '! plugin blur: it is missing; locked: 1.0.0, content h',
    '! node type Number: locked version 1, found version 2',
    '! node type Add: it is missing; locked: version 2 of plugin blur',
  ])
  expect(texts({ device: 'webgpu', environment: { node: '24.0.0' } })).toEqual([
    '  device: locked cpu, found webgpu', '  engine: locked 1, found unknown', '  node: locked 22.1.0, found 24.0.0',
  ])
  expect(texts({ weights: { s: 'int8', new: 'packed' } })).toEqual(['  weights of s: locked packed, found int8'])
  expect(texts({ weights: {} })).toEqual([])
  const nodes = [workflow.nodes[0]!, { ...workflow.nodes[1]!, inputs: { x: 4, y: { from: '1', output: 0 } } }]
  expect(texts({ workflow: { ...workflow, nodes } })).toEqual(['! workflow: Add.x 3 → 4'])
})

test('outputs: the same, another value, another picture, one that was not made, one that is new', () => {
  const [sum, image] = lock.outputs!
  expect(compareOutputs(lock.outputs!, lock.outputs!).every(({ same }) => same)).toBe(true)
  const other = { ...image!, sha256: B, sample: { count: 1, peak: 255, values: 'AAAAQA==' } }
  expect(compareOutputs(lock.outputs!, [{ ...sum!, sha256: B, value: 5 }, other]).map(({ text }) => text)).toEqual([
    '2.sum: 4 became 5', '3.IMAGE: it differs by at most 1 of 255, RMS 1, PSNR 48.1 dB (all 1 numbers compared)',
  ])
  expect(compareOutputs(lock.outputs!, [{ ...image!, output: 'MASK' }]).map(({ same, text }) => [same, text])).toEqual([
    [false, '2.sum: it was not made'], [false, '3.IMAGE: it was not made'], [false, '3.MASK: the lock does not know it'],
  ])
})

test('outputs decide on versions and machine, and not on another workflow or another model', () => {
  const [noted] = compareSurroundings(lock, { ...lock, device: 'cuda' })
  const [model] = compareSurroundings(lock, { ...lock, models: [] })
  const [same, other] = [true, false].map((isSame) => ({ node: 'n', output: 'o', same: isSame, text: '' }))
  expect(statusOf([noted!], [same!])).toBe('reproduced')
  expect(statusOf([noted!], [same!, other!])).toBe('differs')
  expect(statusOf([model!], [same!])).toBe('differs')
  expect(statusOf([], undefined)).toBe('matches')
  expect(statusOf([], [])).toBe('matches')
  expect(statusOf([noted!], undefined)).toBe('differs')
})
