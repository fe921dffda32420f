/** docs/comfyui.md says what the laws say: its lists are the data that core/comfy is tested by, its table the nodes there are. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { API_LOSSES, UI_LOSSES } from '../core/comfy/losses.ts'
import { describeNode } from '../core/types/definition.ts'
import { builtIn } from '../nodes/index.ts'

const page = readFileSync(join(import.meta.dirname, '../docs/comfyui.md'), 'utf8')
const itemsAfter = (heading: string) => page.split(heading)[1]!.trim().split('\n\n')[0]!.split('\n- ').map((item) => item.replace(/^- /, ''))

test('the page lists what each format loses', () => {
  expect(itemsAfter('**Lost in ComfyUI\'s saved format:**')).toEqual(UI_LOSSES.map(({ what }) => what))
  expect(itemsAfter('**Lost in ComfyUI\'s API format:**')).toEqual(API_LOSSES.map(({ what }) => what))
})

test('the shared node types are there, with the inputs that the page says', () => {
  const nodes = new Map(builtIn.nodes.map((node) => [node.type, describeNode(node)]))
  const rows = page.split('## Shared node types')[1]!.split('\n').filter((line) => line.startsWith('| `'))
  expect(rows.length).toBeGreaterThan(5)
  for (const row of rows) {
    const [types, inputs] = row.split('|').slice(1)
    const names = inputs!.replace('; ours:', ',').split(',').map((name) => name.trim())
    for (const [, type] of types!.matchAll(/`([^`]+)`/g)) {
      const known = nodes.get(type!)?.inputs.filter(({ hidden }) => hidden === undefined).map(({ name }) => name)
      expect(known, type).toEqual(names)
    }
  }
})
