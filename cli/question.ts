import { WorkerClient } from '../worker/client.ts'
import { pluginOptions } from './plugin-options.ts'
import type { AnswerOf, Request } from '../worker/protocol.ts'

/** Asks a worker one thing and lets it go. */
export async function askOnce<R extends Request>(request: R): Promise<AnswerOf<R>> {
  const worker = new WorkerClient(pluginOptions())
  try {
    return await worker.ask(request)
  } finally {
    worker.close()
  }
}
