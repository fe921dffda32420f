import { METADATA_KEY, readFields, readMetadata } from './metadata.ts'

/** What a produced file says about how it was made. */
export interface EmbeddedWorkflows {
  /** Kinograph's, as a JSON value. */
  readonly kinograph?: unknown
  /** ComfyUI's, as texts: `prompt` is what ran, `workflow` what people see. */
  readonly prompt?: string
  readonly workflow?: string
}

/**
 * The workflows that a PNG, WebP, MP4, WebM or GIF file carries; an empty object where it has none.
 * @throws MediaError for files that are missing, damaged or of another kind
 */
export async function embeddedWorkflows(path: string): Promise<EmbeddedWorkflows> {
  const { fields } = await readFields(path)
  if (fields.has(METADATA_KEY)) return { kinograph: (await readMetadata(path))!.workflow }
  const prompt = fields.get('prompt')
  const workflow = fields.get('workflow')
  if (prompt !== undefined || workflow !== undefined) return { ...(prompt !== undefined && { prompt }), ...(workflow !== undefined && { workflow }) }
  return inComment(fields.get('comment') ?? fields.get('\u00a9cmt'))
}

/** ComfyUI's VideoHelperSuite writes both as JSON into the comment of a video. */
function inComment(comment: string | undefined): EmbeddedWorkflows {
  try {
    const value: unknown = JSON.parse(comment ?? '')
    if (typeof value !== 'object' || value === null) return {}
    const entries = Object.entries(value).filter(([name, one]) => (name === 'prompt' || name === 'workflow') && one !== null)
    return Object.fromEntries(entries.map(([name, one]: [string, unknown]) => [name, typeof one === 'string' ? one : JSON.stringify(one)]))
  } catch {
    return {} // somebody's own comment
  }
}
