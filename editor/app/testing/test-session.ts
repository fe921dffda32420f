/** A session without a page and without a server, for tests of what works on sessions. */
import { signal } from '@preact/signals'
import { createClient } from '../../../server/client/index.ts'
import type { Workflow } from '../../../core/workflow/workflow.ts'
import type { QueueView, RunBook } from '../../run/run-book.ts'
import { createDialogs } from '../../shell/create-dialogs.ts'
import { openSession, type OpenSession, type SessionParts } from '../create-session.ts'
import { MemoryStorage } from './memory-storage.ts'
import { definitions } from './small-workflows.ts'

export interface TestSession {
  readonly session: OpenSession
  readonly storage: MemoryStorage
  /** What was asked of the runs: `run`, `pause`… */
  readonly asked: string[]
  /** How the queue stands. */
  queue(changes: Partial<QueueView>): void
}

/** A first visit, or one with what another session left in the storage. */
export async function testSession(workflow?: Workflow, { answer, ...parts }: Partial<SessionParts> & { readonly storage?: MemoryStorage; readonly answer?: typeof fetch } = {}): Promise<TestSession> {
  const storage = parts.storage ?? new MemoryStorage()
  const asked: string[] = []
  const queue = signal<QueueView>({ running: [], queued: [], queuedCount: 0, isPaused: false, ended: [] })
  const local = new Map<string, string>()
  const plain: typeof fetch = async (address) => Response.json(String(address).endsWith('/nodes') ? { nodes: [...definitions.values()] } : { keys: [] })
  const session = await openSession(createClient({ url: 'http://127.0.0.1:1', fetch: answer === undefined ? plain : (address, init) => (/\/workflows/.test(String(address)) ? answer : plain)(address, init) }), {
    storage, locks: { own: undefined, take: async () => true }, languages: ['en'], dialogs: createDialogs(),
    local: { getItem: (key) => local.get(key) ?? null, setItem: (key, value) => void local.set(key, value) },
    runs: () => runBook(asked, queue),
    ...parts,
  })
  await session.refreshDefinitions()
  if (workflow) session.open(workflow)
  return { session, storage, asked, queue: (changes) => void (queue.value = { ...queue.value, ...changes }) }
}

/** Notes what it was asked, and runs nothing. */
function runBook(asked: string[], queue: RunBook['queue']): RunBook {
  const note = (text: string) => async () => void asked.push(text)
  return {
    queue, connection: signal('open' as const), historyVersion: signal(0),
    job: () => signal(undefined), shown: () => signal(undefined), refusals: () => signal([]),
    picture: () => signal({ activity: new Map(), media: new Map() }),
    run: async (_, options = {}) => {
      asked.push(`run ${JSON.stringify(options)}`)
      return []
    },
    cancel: async (job) => void asked.push(`cancel ${job}`),
    cancelWaiting: note('cancelWaiting'), pause: note('pause'), resume: note('resume'),
    move: note('move'), rerun: note('rerun'), openGraph: note('openGraph'), forget: note('forget'),
    workflow: async () => ({ version: 1, nodes: [] }),
    dispose: () => {},
  }
}
