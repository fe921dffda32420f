import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkflow, resolveForApi, UI_LOSSES, withoutLosses, workflowText } from '../core/comfy/index.ts'
import { createRegistry } from '../core/plugins/index.ts'
import { flattenSubgraphs } from '../core/workflow/flatten.ts'
import { validateWorkflow } from '../core/workflow/validate.ts'
import { builtIn } from '../nodes/index.ts'
import { exportJob } from './export-job.ts'
import { loadWorkflow } from './load-workflow.ts'
import type { Engine } from './run-job.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kinograph-export-'))
afterAll(() => rmSync(scratch, { recursive: true }))
const registry = createRegistry([{ ...builtIn, id: 'kinograph', hash: 'x' }])
const { definitions } = registry
const folders = { models: scratch, input: scratch, output: scratch, temp: scratch }
const saved = readdirSync('workflows').filter((name) => name.endsWith('.json'))

describe.each(saved)('workflows/%s', (name) => {
  const path = join('workflows', name)

  test('means the same after a way through ComfyUI\'s saved format', async () => {
    const workflow = await loadWorkflow({ path }, definitions, 'keep')
    const back = openWorkflow(workflowText(workflow, 'comfy-ui', definitions), definitions)
    expect(back.format).toBe('comfy-ui')
    expect(back.workflow).toEqual(withoutLosses(UI_LOSSES, workflow, definitions))
  })

  test('may run after a way through ComfyUI\'s API format', async () => {
    const workflow = await loadWorkflow({ path }, definitions)
    const back = openWorkflow(workflowText(workflow, 'comfy-api', definitions), definitions)
    expect(back.format).toBe('comfy-api')
    expect(validateWorkflow(back.workflow, definitions)).toEqual(validateWorkflow(workflow, definitions))
    // ComfyUI's server knows neither subgraphs, nor notes, nor nodes that take no part.
    const active = resolveForApi(flattenSubgraphs(workflow, { definitions }).workflow, definitions)
    const expected = active.nodes.map(({ id }) => id.replaceAll('/', ':'))
    expect(back.workflow.nodes.map(({ id }) => id).sort()).toEqual(expected.sort())
  })
})

test('writes a file with what is set, and no half one', async () => {
  const source = join(scratch, 'in.json')
  writeFileSync(source, JSON.stringify({ '1': { class_type: 'PrimitiveInt', inputs: { value: 1 } } }))
  // Only the registry is asked for.
  const engine = { registry } as Engine
  const file = join(scratch, 'out.json')
  const request = { type: 'export', id: 'x', folders, workflow: { path: source }, set: ['1.value=5'], to: 'kinograph', file } as const
  const { bytes } = await exportJob(request, engine)
  expect(bytes).toBe(readFileSync(file).length)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ version: 1, nodes: [{ id: '1', type: 'PrimitiveInt', inputs: { value: 5 } }] })
  await expect(exportJob({ ...request, file: join(source, 'below-a-file.json') }, engine)).rejects.toThrow('Name another with --output.')
  expect(readdirSync(scratch).filter((one) => one.includes('.tmp'))).toEqual([])
})
