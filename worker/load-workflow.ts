/** Reads the workflow of a request: JSON, or a file that holds it. */
import { open, readFile, stat } from 'node:fs/promises'
import { parseWorkflow } from '../core/workflow/parse.ts'
import type { Workflow } from '../core/workflow/workflow.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { MediaError } from '../media/error.ts'
import type { WorkflowSource } from './protocol.ts'

/** A larger file is refused before it is read. */
const MAX_JSON_BYTES = 256 * 2 ** 20

/** @throws WorkflowError that names the file: not there, no workflow in it, or breaking the format */
export async function loadWorkflow(source: WorkflowSource): Promise<Workflow> {
  if ('json' in source) return parseWorkflow(source.json)
  const { path } = source
  const text = await isMedia(path) ? await embedded(path) : await readFile(path, 'utf8')
  try {
    return parseWorkflow(text)
  } catch (error) {
    throw error instanceof WorkflowError ? inFile(error, path) : error
  }
}

/** Whether the file begins as PNG, WebP or MP4 files do. @throws WorkflowError where it can't be read */
async function isMedia(path: string): Promise<boolean> {
  try {
    const info = await stat(path)
    if (info.isDirectory()) throw noWorkflow(path, 'expected a file, got a folder', 'Name the workflow file in it.')
    const handle = await open(path)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(12), 0, 12, 0)
      const head = buffer.toString('latin1', 0, bytesRead)
      const media = head.startsWith('\x89PNG') || head.startsWith('RIFF') || head.slice(4, 8) === 'ftyp'
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

/** The workflow that kinograph wrote into a picture or video. */
async function embedded(path: string): Promise<unknown> {
  const { readMetadata } = await import('../media/metadata.ts')
  const metadata = await readMetadata(path).catch((error: unknown) => {
    throw error instanceof MediaError ? noWorkflow(path, error.problem, error.remedy, error) : error
  })
  if (metadata === null) {
    throw noWorkflow(path, 'no workflow is embedded in this file', 'Use a file that kinograph made, or a workflow\'s JSON file.')
  }
  return metadata.workflow
}

const noWorkflow = (path: string, problem: string, remedy: string, cause?: unknown) =>
  new WorkflowError({ code: 'invalid_prompt', at: path, problem, remedy }, { cause })

/** The same failure with the file in front of each place. */
function inFile(error: WorkflowError, path: string): WorkflowError {
  const problems = error.problems.map((one) => ({ ...one, at: one.at === undefined ? path : `${path}, ${one.at}` }))
  return WorkflowError.ofProblems(problems, error.code)
}
