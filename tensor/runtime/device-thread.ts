/** The device's thread: loads ONNX Runtime at once and answers `RemoteHost`, one call after the other. */
import { parentPort, workerData } from 'node:worker_threads'

import type { TensorData } from '../graph/dtype.ts'
import type { RunResult } from './device.ts'
import { errorData } from './error.ts'
import { buffersOf, type Reply, type Request, type ThreadData } from './messages.ts'
import { OrtHost } from './ort-host.ts'
import { loadOrt } from './ort.ts'

const { kind, options } = workerData as ThreadData // what RemoteHost starts this thread with
const host = new OrtHost(kind, options)

parentPort!.on('message', (request: Request) => void answer(request))

try {
  loadOrt() // while the other side still reads the workflow
} catch {
  // the first call that needs it says so
}

async function answer({ id, call, args }: Request): Promise<void> {
  try {
    // RemoteHost implements the same interface and sends each call with its own arguments
    const result: unknown = await (host[call] as (...args: readonly unknown[]) => Promise<unknown>).apply(host, [
      ...args,
    ])
    send({ id, result }, transferable(call, result))
  } catch (error) {
    send({ id, error: errorData(error) }, [])
  }
  if (call === 'close') parentPort!.close()
}

function send(reply: Reply, transfer: ArrayBuffer[]): void {
  parentPort!.postMessage(reply, transfer)
}

/** Results of a run, and fetched tensors, are fresh memory: they move instead of being copied. */
function transferable(call: Request['call'], result: unknown): ArrayBuffer[] {
  if (call === 'run' && result) return buffersOf(Object.values((result as RunResult).outputs)) // `run` gives this
  if (call === 'fetch') return buffersOf([result as TensorData]) // `fetch` gives this
  return []
}
