/** What the client's types let through. Checked by tsc; nothing runs. */
import type { Job, KinographClient, NodeDefinition } from './index.ts'

declare const client: KinographClient

export async function typed(): Promise<void> {
  const { job, result } = await client.jobs.get('a')
  const state: Job['state'] = job.state
  const bytes: number | undefined = result?.files[0]?.bytes
  const nodes: readonly NodeDefinition[] = await client.nodes()
  const page = await client.call('GET /jobs', { query: { limit: 5, state: ['done'] } })
  const next: string | undefined = page.next
  await client.workflow<{ prompt: string }>('x').run({ prompt: 'a cat' }, { onRun: ({ seq }) => seq.toFixed() })
  await client.call('POST /jobs/{id}/move', { params: { id: 'a' }, body: { to: { before: 'b' } } })

  // @ts-expect-error a route that is not there
  await client.call('GET /nothing', {})
  // @ts-expect-error the id is missing
  await client.call('GET /jobs/{id}', {})
  // @ts-expect-error a state that is none
  await client.call('GET /jobs', { query: { state: ['dead'] } })
  // @ts-expect-error a place that is none
  await client.call('POST /jobs/{id}/move', { params: { id: 'a' }, body: { to: 'top' } })
  // @ts-expect-error an input of another type
  await client.workflow<{ prompt: string }>('x').run({ prompt: 5 })
  // @ts-expect-error a text
  const wrong: number = job.title
  void [state, bytes, nodes, next, wrong]
}
