import { expect, test } from 'vitest'
import { definitions } from '../graph/testing/definitions.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { fileName, lostWords } from './export.ts'

test.each([
  ['A cat', 'kinograph', 'A cat.json'],
  ['../../etc/passwd', 'comfy-api', 'etc passwd.api.json'],
  ['a\u202Egpj.exe\n', 'comfy-ui', 'a gpj.exe.comfyui.json'],
  ['...', 'kinograph', 'workflow.json'],
  ['', 'kinograph', 'workflow.json'],
  ['中文 <b>', 'kinograph', '中文 b.json'],
] as const)('the title %j gives a name that every system takes', (title, format, name) => {
  expect(fileName(title, format)).toBe(name)
})

const workflow: Workflow = {
  version: 1, title: 'All',
  nodes: [
    { id: 'sampler', type: 'Sampler', position: [0, 0], inputs: { seed: 'random' } },
    { id: 'note', type: 'Note', inputs: { text: 'hello' } },
  ],
}

test('what a format can not hold is said, and nothing else', () => {
  expect(lostWords(workflow, 'kinograph', definitions)).toEqual([])
  expect(lostWords(workflow, 'comfy-ui', definitions)).toEqual([])
  const api = lostWords(workflow, 'comfy-api', definitions)
  expect(api.map((words) => words.split(' ')[0])).toEqual(['seeds', 'subgraphs,', 'the', 'where'])
  const bare: Workflow = { version: 1, nodes: [{ id: 'sampler', type: 'Sampler', inputs: { seed: 5 } }] }
  expect(lostWords(bare, 'comfy-api', definitions)).toEqual([])
})
