/** The answer to `probe`: what a picture or a video is, and what was embedded in it. */
import type { Json, JsonObject } from '../core/types/json.ts'
import { MediaError, probeFile, readFields } from '../media/index.ts'
import { reported } from './reported.ts'
import type { MediaReport, ProbeRequest } from './protocol-files.ts'

/** Of all embedded texts together, in characters: they cross in one message. */
const MOST_TEXT = 600_000

/** @throws WorkflowError for files of another kind, damaged ones, and those beyond a limit */
export function probeMedia({ path, limits }: ProbeRequest, signal: AbortSignal): Promise<MediaReport> {
  return reported(async () => {
    const probed = await probeFile(path, limits, signal)
    const metadata = await embedded(path)
    return { ...probed, ...(metadata && { metadata }) }
  })
}

/** The texts of a file by name, those that are JSON as what they say; those that would make it too much are left out. */
async function embedded(path: string): Promise<JsonObject | undefined> {
  try {
    const { fields } = await readFields(path)
    let left = MOST_TEXT
    const kept = [...fields].filter(([name, text]) => (left -= name.length + text.length) >= 0)
    return kept.length === 0 ? undefined : Object.fromEntries(kept.map(([name, text]) => [name, parsed(text)]))
  } catch (error) {
    if (error instanceof MediaError) return undefined // of a kind that nothing is embedded in, or not as we read it
    throw error
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json // what JSON.parse gives
  } catch {
    return text
  }
}
