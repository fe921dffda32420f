/** Reads the workflow of a request: JSON, or a file that holds it. */
import { open, readFile, stat } from 'node:fs/promises'
import { openWorkflow, withoutVirtualNodes } from '../core/comfy/index.ts'
import type { Definitions } from '../core/types/definition.ts'
import type { Json } from '../core/types/json.ts'
import type { Workflow } from '../core/workflow/workflow.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { MediaError } from '../media/error.ts'
import type { WorkflowSource } from './protocol.ts'

/** A larger file is refused before it is read. */
const MAX_JSON_BYTES = 256 * 2 ** 20

/** What the workflow is read for: to run as it ran, or to be kept with all that it says. */
export type LoadPurpose = 'run' | 'keep'

/**
 * Reads a workflow in any format that `openWorkflow` knows, out of JSON or a file. To run it, nodes of ComfyUI's front end
 * that no plugin provides are resolved; to keep it, they stay.
 * @throws WorkflowError that names the file: not there, no workflow in it, or breaking the format
 */
export async function loadWorkflow(
  source: WorkflowSource, definitions: Definitions = new Map(), purpose: LoadPurpose = 'run',
): Promise<Workflow> {
  const workflow = 'json' in source
    ? openWorkflow(source.json, definitions).workflow
    : await loadFile(source.path, definitions, purpose)
  return purpose === 'run' ? withoutVirtualNodes(workflow, definitions) : workflow
}

async function loadFile(path: string, definitions: Definitions, purpose: LoadPurpose): Promise<Workflow> {
  const sources = await isMedia(path) ? await embedded(path, purpose) : [await readFile(path, 'utf8')]
  const failures: unknown[] = []
  for (const source of sources) {
    try {
      return openWorkflow(source, definitions).workflow
    } catch (error) {
      failures.push(error instanceof WorkflowError ? inFile(error, path) : error)
    }
  }
  throw failures[0]
}

/** Whether the file begins as PNG, WebP, MP4, WebM or GIF files do. @throws WorkflowError where it can't be read */
async function isMedia(path: string): Promise<boolean> {
  try {
    const info = await stat(path)
    if (info.isDirectory()) throw noWorkflow(path, 'expected a file, got a folder', 'Name the workflow file in it.')
    const handle = await open(path)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(12), 0, 12, 0)
      const head = buffer.toString('latin1', 0, bytesRead)
      const media = ['\x89PNG', 'RIFF', '\x1aE\xdf\xa3', 'GIF8'].some((start) => head.startsWith(start)) || head.slice(4, 8) === 'ftyp'
      if (!media && info.size > MAX_JSON_BYTES) throw noWorkflow(path, 'the file is too large for a workflow', 'Name a workflow file.')
      return media
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof WorkflowError) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? noWorkflow(path, 'there is no such file', 'Check the path; the saved examples are in workflows/.', error)
      : noWorkflow(path, `the file can't be read (${String(code)})`, 'Check its permissions.', error)
  }
}

/**
 * The workflows in a picture or video, the one to try first in front: ours; else ComfyUI's `prompt`, which is what ran, and
 * `workflow`, which has what people see.
 */
async function embedded(path: string, purpose: LoadPurpose): Promise<readonly (string | Json)[]> {
  const { METADATA_KEY, readFields, readMetadata } = await import('../media/metadata.ts')
  try {
    const { fields } = await readFields(path)
    // The metadata is what JSON.parse gave.
    if (fields.has(METADATA_KEY)) return [(await readMetadata(path))!.workflow as Json]
    const found = comfyFields(fields)
    if (found.length > 0) return purpose === 'run' ? found : found.reverse()
  } catch (error) {
    throw error instanceof MediaError ? noWorkflow(path, error.problem, error.remedy, error) : error
  }
  throw noWorkflow(path, 'no workflow is embedded in this file', 'Use a file that kinograph or ComfyUI made, or a workflow\'s JSON file.')
}

/** ComfyUI's fields; a video of its VideoHelperSuite has both as JSON in the comment. */
function comfyFields(fields: ReadonlyMap<string, string>): string[] {
  const direct = ['prompt', 'workflow'].map((name) => fields.get(name)).filter((text) => text !== undefined)
  const comment = fields.get('comment') ?? fields.get('\u00a9cmt')
  if (direct.length > 0 || comment === undefined) return direct
  try {
    const value: unknown = JSON.parse(comment)
    const record = typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)) : new Map()
    return ['prompt', 'workflow'].map((name): unknown => record.get(name)).filter((one) => one !== undefined && one !== null)
      .map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
  } catch {
    return [] // somebody's own comment
  }
}

const noWorkflow = (path: string, problem: string, remedy: string, cause?: unknown) =>
  new WorkflowError({ code: 'invalid_prompt', at: path, problem, remedy }, { cause })

/** The same failure with the file in front of each place. */
function inFile(error: WorkflowError, path: string): WorkflowError {
  const problems = error.problems.map((one) => ({ ...one, at: one.at === undefined ? path : `${path}, ${one.at}` }))
  return WorkflowError.ofProblems(problems, error.code)
}
