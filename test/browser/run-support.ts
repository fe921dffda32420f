/** Runs that last as long as a test needs, and what a page shows of them. */
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Workflow, WorkflowNode } from '../../core/workflow/workflow.ts'
import { root, type TestServer } from '../server/support.ts'
import type { EditorPage, OpenEditor } from './support.ts'

const TEXT_TO_VIDEO = JSON.parse(readFileSync(join(root, 'workflows', 'text-to-video.json'), 'utf8')) as Workflow // ours

/** The tiny model's text to video, of so many steps. Another seed is another run: nothing of it is known already. */
export function textToVideo(steps: number, seed: number | 'random' = 'random', title = `Clip of ${steps} steps`): Workflow {
  const sampler = (node: WorkflowNode): WorkflowNode => ({ ...node, inputs: { ...node.inputs, steps, seed } })
  return { ...TEXT_TO_VIDEO, title, nodes: TEXT_TO_VIDEO.nodes.map((node) => (node.id === 'sampler' ? sampler(node) : node)) }
}

/** A way to a server that can be cut, as a network does it. */
export async function cuttable(server: TestServer): Promise<{ readonly server: TestServer; cut(milliseconds: number): Promise<void>; close(): void }> {
  const sockets = new Set<Socket>()
  let isCut = false
  const proxy = createServer((socket) => {
    if (isCut) return void socket.destroy()
    const onward = connect(server.port, '127.0.0.1')
    for (const [one, other] of [[socket, onward], [onward, socket]] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy()).on('close', () => {
        sockets.delete(one)
        other.destroy()
      }).pipe(other)
    }
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const { port } = proxy.address() as AddressInfo
  const cutAll = () => { for (const socket of sockets) socket.destroy() }
  return {
    server: { ...server, url: `http://127.0.0.1:${port}`, port },
    async cut(milliseconds) {
      isCut = true
      cutAll()
      await pause(milliseconds)
      isCut = false
    },
    close() {
      proxy.close()
      cutAll()
    },
  }
}

/** As long as nothing is waited for longer. */
export const LONG = 1000
export const SHORT = 2

/** Looks again and again until it is as expected: on a busy machine that may take a while. */
export const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 30_000 })

/** What is drawn on the nodes of the shown document. */
export function pictureOf({ page }: EditorPage): Promise<{ activity: Record<string, { state: string; text?: string }>; media: Record<string, string> }> {
  return page.evaluate(() => {
    const { session } = globalThis.kinograph!
    const { activity, media } = session.runs.picture(session.document.value).value
    return { activity: Object.fromEntries(activity), media: Object.fromEntries([...media].map(([node, { kind }]) => [node, kind])) }
  })
}

/** Ids of what runs and of what waits. */
export function queueOf({ page }: EditorPage): Promise<{ running: string[]; queued: string[] }> {
  return page.evaluate(() => {
    const { running, queued } = globalThis.kinograph!.session.runs.queue.value
    return { running: running.map(({ id }) => id), queued: queued.map(({ id }) => id) }
  })
}

/** Begins with nothing queued, and one run for a press, whatever was left before. */
export async function openQuiet(open: OpenEditor, workflow: Workflow): Promise<EditorPage> {
  const editor = await open({ workflow })
  await editor.page.evaluate(() => globalThis.kinograph!.session.changeSettings({ batch: 1, autoQueue: 'off' }))
  await clearQueue(editor)
  return editor
}

/** Cancels all that is there, and waits until nothing runs. */
export async function clearQueue(editor: EditorPage): Promise<void> {
  await editor.page.evaluate(async () => {
    const { client, runs } = globalThis.kinograph!.session
    await client.call('POST /queue/resume', {})
    await client.call('POST /queue/clear', {})
    for (const { id } of runs.queue.value.running) await client.jobs.cancel(id)
  })
  await editor.until('nothing runs', ({ runs }) => runs.queue.value.running.length + runs.queue.value.queuedCount === 0)
}

/** Presses Run and waits until it has ended. */
export async function runToEnd(editor: EditorPage): Promise<string> {
  const before = await editor.page.evaluate(() => globalThis.kinograph!.session.document.value.job.value)
  await editor.press('Control+Enter')
  await editor.page.waitForFunction((old) => {
    const { runs, document } = globalThis.kinograph!.session
    return document.value.job.value !== old && runs.shown(document.value).value?.job.state === 'done'
  }, before, { timeout: 120_000 })
  return editor.page.evaluate(() => globalThis.kinograph!.session.document.value.job.value!)
}
