import { WorkerClient } from '../worker/client.ts'
import { pluginOptions } from './plugin-options.ts'
import type { AnswerOf, Request } from '../worker/protocol.ts'

/** Asks a worker one thing and lets it go. */
export async function askOnce<R extends Request>(request: R): Promise<AnswerOf<R>> {
  for await (const answer of askEach([request])) return answer
  throw new Error('a question has one answer')
}

/** Asks one worker one thing after the other, and lets it go. */
export async function* askEach<R extends Request>(requests: Iterable<R>): AsyncGenerator<AnswerOf<R>, void> {
  const worker = new WorkerClient(pluginOptions())
  try {
    for (const request of requests) yield await worker.ask(request)
  } finally {
    worker.close()
  }
}
