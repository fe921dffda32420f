import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../types/json.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { hexColor } from './looks.ts'
import { exportComfyUi } from './ui-export.ts'
import { importComfyUi } from './ui-import.ts'

const file = (fields: JsonObject) => ({ version: 0.4, last_node_id: 1, last_link_id: 0, links: [], nodes: [{ id: 1, type: 'Unheard', pos: [0, 0], size: [9, 9], mode: 0, properties: {}, ...fields }] })
const editorOf = (fields: JsonObject) => importComfyUi(file(fields)).nodes[0]!.extra!['editor']
const workflow = (extra?: JsonObject): Workflow => ({ version: 1, nodes: [{ id: '1', type: 'Unheard', ...(extra && { extra }) }] })
const written = (one: Workflow) => (exportComfyUi(one)['nodes'] as unknown as JsonObject[])[0]!

describe('looks', () => {
  test('of a file of ComfyUI are those of ours', () => {
    expect(editorOf({ flags: { collapsed: true, pinned: true }, color: '#232', bgcolor: '#353' })).toEqual({ collapsed: true, pinned: true, color: '#223322' })
    expect(editorOf({ flags: {}, bgcolor: '#353535' })).toEqual({ color: '#353535' })
    expect(editorOf({ flags: { collapsed: false }, color: 'red' })).toBeUndefined()
  })

  test('of ours are those of the file', () => {
    const node = written(workflow({ editor: { collapsed: true, color: '#334455' } }))
    expect(node).toMatchObject({ flags: { collapsed: true }, color: '#334455', bgcolor: '#4c667f' })
    expect(JSON.stringify(node['properties'])).not.toContain('editor')
    expect(importComfyUi(exportComfyUi(workflow({ editor: { collapsed: true, color: '#334455' } })))).toEqual(workflow({ editor: { collapsed: true, color: '#334455' } }))
  })

  test('that were changed here are changed in the file, and nothing else', () => {
    const imported = importComfyUi(file({ flags: { collapsed: true, show: 1 }, color: '#232', bgcolor: '#353', shape: 2 }))
    const change = (editor: JsonObject) => written({ ...imported, nodes: [{ ...imported.nodes[0]!, extra: { ...imported.nodes[0]!.extra, editor } }] })
    expect(change({ collapsed: true, color: '#223322', pinned: true })).toMatchObject({ flags: { collapsed: true, show: 1, pinned: true }, color: '#232', bgcolor: '#353', shape: 2 })
    const bare = change({})
    expect(bare['flags']).toEqual({ show: 1 })
    expect(bare).not.toHaveProperty('color')
    expect(bare).not.toHaveProperty('bgcolor')
  })

  test('that were changed in ComfyUI come back changed', () => {
    const exported = exportComfyUi(workflow({ editor: { collapsed: true, color: '#334455' } }))
    const [node] = exported['nodes'] as unknown as JsonObject[]
    const back = importComfyUi({ ...exported, nodes: [{ ...node, flags: { pinned: true }, color: '#322', bgcolor: '#533' }] })
    expect(back.nodes[0]!.extra!['editor']).toEqual({ pinned: true, color: '#332222' })
  })

  test.each([['#232', '#223322'], ['#AaBbCc', '#AaBbCc'], ['red', undefined], ['#12345', undefined], [7, undefined], [undefined, undefined]])('hexColor(%j) is %j', (value, color) => {
    expect(hexColor(value)).toBe(color)
  })
})
