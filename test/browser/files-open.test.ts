/** Files that are dropped, picked and pasted, and what is exported. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openWorkflow, workflowText } from '../../core/comfy/index.ts'
import { definitionMap, type NodeDefinition } from '../../core/types/definition.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { encodeVideo, framesOf, writeImage } from '../../media/index.ts'
import { PIXEL } from '../server/api-support.ts'
import { dropFiles, holdFiles, pasteFiles, toasts } from './files-support.ts'
import { describeInBrowser, type EditorPage } from './support.ts'

const FLOW: Workflow = {
  version: 1, title: 'Dropped',
  nodes: [
    { id: 'empty', type: 'EmptyImage', inputs: { width: 32, height: 32, batch_size: 1, color: 7 }, position: [0, 0] },
    { id: 'save', type: 'SaveImage', inputs: { images: { from: 'empty', output: 'IMAGE' }, filename_prefix: 'dropped' }, position: [400, 0] },
  ],
}

async function produced(kind: 'png' | 'webp' | 'mp4' | 'webm' | 'gif', workflow: unknown = FLOW): Promise<Buffer> {
  const path = join(mkdtempSync(join(tmpdir(), 'kinograph-files-')), `made.${kind}`)
  const frames = framesOf(new Uint8Array(32 * 32 * 3).fill(77), { count: 1, width: 32, height: 32, channels: 3, dtype: 'u8' })
  const metadata = { kinograph: '0.1.0', workflow }
  await (kind === 'png' || kind === 'webp' ? writeImage(frames, path, { metadata }) : encodeVideo(frames, path, { fps: 8, metadata }))
  return readFileSync(path)
}

async function definitionsOf({ server }: EditorPage) {
  return definitionMap(((await server.json('/api/nodes')) as { nodes: NodeDefinition[] }).nodes)
}

const opened = (editor: EditorPage, title: string) =>
  editor.page.waitForFunction((wanted) => globalThis.kinograph!.session.document.value.title.value === wanted, title)

describeInBrowser('files', (open) => {
  test.each(['png', 'webp', 'mp4', 'webm', 'gif'] as const)('a %s that is dropped anywhere opens its workflow in a tab of its own', async (kind) => {
    const editor = await open()
    const before = await editor.page.evaluate(() => globalThis.kinograph!.session.documents.value.length)
    await dropFiles(editor, '.top-bar', [{ name: `made.${kind}`, bytes: await produced(kind) }])
    await opened(editor, 'Dropped')
    expect(await editor.workflow()).toEqual(FLOW)
    expect(await editor.page.evaluate(() => globalThis.kinograph!.session.documents.value.length)).toBe(before + 1)
  }, 120_000)

  test.each(['kinograph', 'comfy-api', 'comfy-ui'] as const)('JSON as %s opens: dropped, picked by Ctrl+O; one without a title is called as its file', async (format) => {
    const editor = await open()
    const definitions = await definitionsOf(editor)
    const { title: _, ...untitled } = FLOW
    const bytes = Buffer.from(workflowText(untitled, format, definitions))
    await dropFiles(editor, '.canvas-host', [{ name: `by ${format}.json`, bytes }])
    await opened(editor, `by ${format}`)
    expect((await editor.workflow()).nodes.map(({ type }) => type)).toEqual(['EmptyImage', 'SaveImage'])
    const chosen = editor.page.waitForEvent('filechooser')
    await editor.press('Control+o')
    await (await chosen).setFiles({ name: 'picked.json', mimeType: 'application/json', buffer: bytes })
    await opened(editor, 'picked')
  }, 120_000)

  test('while files are held over the page it says so; files that are none are named with what was expected', async () => {
    const editor = await open()
    await holdFiles(editor, '.canvas-host')
    expect(await editor.page.locator('.drop-hint').innerText()).toContain('Drop files')
    await dropFiles(editor, '.canvas-host', [
      { name: 'notes.txt', bytes: Buffer.from('hello') }, { name: 'broken.json', bytes: Buffer.from('{"version": 1, "nodes": 5}') },
      { name: 'cut.json', bytes: Buffer.from('{"version"') },
    ])
    await editor.page.waitForFunction(() => globalThis.kinograph!.session.dialogs.toasts.value.length === 3)
    expect(await editor.page.locator('.drop-hint').count()).toBe(0)
    const told = await toasts(editor)
    expect(told[0]).toBe('notes.txt could not be opened. Expected a workflow (JSON), a picture, or a video.')
    expect(told[1]).toMatch(/^broken\.json could not be opened\. .*nodes/)
    expect(told[2]).toMatch(/^cut\.json could not be opened\. .*line 1/)
  }, 120_000)

  test('a picture without a workflow is offered to a node that loads it; on such a node, it is loaded at once; pasted, too', async () => {
    const editor = await open({ workflow: { version: 1, title: 'Empty', nodes: [] } })
    editor.expected.push(/status of 400 .*\/api\/open/) // what the browser itself says of the server's answer
    await dropFiles(editor, '.canvas-host', [{ name: 'plain.png', bytes: PIXEL, type: 'image/png' }])
    await editor.page.getByRole('button', { name: 'Upload it and add' }).click()
    await editor.until('there is a node', ({ document }) => document.value.workflow.value.nodes[0]?.inputs?.['image'] === 'plain.png')
    const [node] = (await editor.workflow()).nodes
    expect(node).toMatchObject({ type: 'LoadImage', inputs: { image: 'plain.png' } })
    const [x, y] = await editor.middle({ kind: 'node', id: node!.id })
    const other = await produced('png')
    await dropFiles(editor, [x, y], [{ name: 'other.png', bytes: other, type: 'image/png' }])
    await editor.until('the node has it', ({ document }) => document.value.workflow.value.nodes[0]?.inputs?.['image'] === 'other.png')
    await pasteFiles(editor, [{ name: 'image.png', bytes: Buffer.concat([PIXEL, Buffer.from([0])]), type: 'image/png' }])
    await editor.until('there is another node', ({ document }) => document.value.workflow.value.nodes.length === 2)
    expect(await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.title.value)).toBe('Empty')
  }, 120_000)

  test.each([
    ['file.export', 'Dropped.json', 'kinograph'], ['file.exportUi', 'Dropped.comfyui.json', 'comfy-ui'], ['file.exportApi', 'Dropped.api.json', 'comfy-api'],
  ] as const)('%s writes %s, which opens again as what it was', async (command, name, format) => {
    const editor = await open({ workflow: FLOW })
    const saved = editor.page.waitForEvent('download')
    await editor.command(command)
    const download = await saved
    expect(download.suggestedFilename()).toBe(name)
    const text = readFileSync(await download.path(), 'utf8')
    const again = openWorkflow(text, await definitionsOf(editor))
    expect(again.format).toBe(format)
    const bare = ({ nodes }: Workflow) => nodes.map(({ type, inputs }) => ({ type, inputs: Object.keys(inputs ?? {}) }))
    if (format === 'comfy-api') expect(bare(again.workflow)).toEqual(bare(FLOW))
    else expect(again.workflow.nodes).toMatchObject(FLOW.nodes.map(({ type, inputs }) => ({ type, inputs: { ...inputs, ...(inputs?.['images'] && { images: { output: 'IMAGE' } }) } })))
    if (format === 'kinograph') expect(again.workflow).toEqual(FLOW)
    const [told] = await toasts(editor)
    expect(told).toContain(name)
    expect(told?.includes('It does not hold')).toBe(format === 'comfy-api')
  }, 120_000)
})
