/** What a clip of the tiny model is when nothing interrupts it: made once for all scenarios, by a server like theirs. */
import { Client } from './client.ts'
import { Life } from './life.ts'
import { clip } from './workflows.ts'

const made = new Map<string, Promise<string>>()

/** SHA-256 of the mp4 that a run without interruption makes. */
export function referenceClip(prefix: string, steps: number): Promise<string> {
  const key = `${prefix} ${steps}`
  const known = made.get(key) ?? make(prefix, steps)
  made.set(key, known)
  return known
}

async function make(prefix: string, steps: number): Promise<string> {
  const life = new Life()
  const client = new Client(() => life.server.url)
  await life.begin()
  try {
    const answer = await client.submit(clip(prefix, steps))
    if (answer?.status !== 202 && answer?.status !== 201) throw new Error(`the reference was refused: ${JSON.stringify(answer)}`)
    const { state, problem, result } = await client.ended(answer.body.job.id)
    const [file] = result?.files ?? []
    if (file === undefined) throw new Error(`the reference ended ${state}: ${JSON.stringify(problem)}`)
    return file.sha256
  } finally {
    await life.end()
  }
}
