/** What is submitted: jobs of each kind, small enough that many fit into a minute. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../server/support.ts'

/** A node of a workflow file; links are `['id', 'output']`. */
type Nodes = Readonly<Record<string, Readonly<Record<string, unknown>> & { readonly type: string }>>

/** A workflow file's content. */
export type WorkflowJson = Readonly<Record<string, unknown>>

function workflow(title: string, nodes: Nodes): WorkflowJson {
  const link = (value: unknown) => Array.isArray(value) ? { from: value[0] as unknown, output: value[1] as unknown } : value
  return {
    version: 1, title,
    nodes: Object.entries(nodes).map(([id, { type, ...inputs }]) =>
      ({ id, type, inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, link(value)])) })),
  }
}

/** One node that waits so many seconds. */
export const waits = (name: string, seconds: number): WorkflowJson => workflow(name, { wait: { type: 'FaultWait', name, seconds } })

/** One node that waits and can't be stopped but by killing its worker. */
export const deaf = (name: string, seconds: number): WorkflowJson => workflow(name, { deaf: { type: 'FaultDeaf', name, seconds } })

/** One node that kills its worker so many times. */
export const dies = (name: string, times: number): WorkflowJson => workflow(name, { die: { type: 'FaultDie', name, times } })

/** One node that takes all memory. */
export const allocates = (name: string): WorkflowJson => workflow(name, { allocate: { type: 'FaultAllocate', name } })

/** So many pictures of one colour, each in a file, after a while. */
export function pictures(name: string, count: number, seconds = 0): WorkflowJson {
  return workflow(name, {
    wait: { type: 'FaultWait', name, seconds },
    image: { type: 'EmptyImage', width: 16, height: 16, batch_size: count, color: 4_000_000 },
    save: { type: 'SaveImage', images: ['image', 'IMAGE'], filename_prefix: name },
  })
}

/** The embedded tiny model: a clip of 16 frames as an mp4. The same seed, prefix and steps give the same bytes. */
export function clip(prefix: string, steps: number, seed: number | 'random' = 43): WorkflowJson {
  const file = JSON.parse(readFileSync(join(root, 'workflows/text-to-video.json'), 'utf8')) as // our own file
    { nodes: { id: string; type: string; inputs: Record<string, unknown> }[] }
  const set: Readonly<Record<string, object>> = { sampler: { steps, seed }, save: { filename_prefix: prefix } }
  return { ...file, $schema: undefined, title: prefix, nodes: file.nodes.map((node) => ({ ...node, inputs: { ...node.inputs, ...set[node.id] } })) }
}
