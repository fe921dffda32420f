/** Workflow files that a command reads and writes itself, without a worker. */
import { readFile, stat } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { parseWorkflow } from '../core/workflow/parse.ts'
import { WORKFLOW_VERSION } from '../core/workflow/workflow.ts'
import type { Workflow } from '../core/workflow/workflow.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { MediaError } from '../media/error.ts'

/** Characters that a file may have; the format's own limit refuses the rest with a better message. */
const MAX_BYTES = 256 * 2 ** 20

const READ_PROBLEMS = new Map([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'expected a file, got a folder'],
])

/** The text of a file, of what comes in on stdin for `-`. @throws WorkflowError where it can't be read */
export async function readText(path: string): Promise<string> {
  try {
    if (path === '-') return (await buffer(process.stdin)).toString('utf8')
    const { size } = await stat(path)
    if (size > MAX_BYTES) throw problemWith(path, 'the file is too large for a workflow', 'Name a workflow file.')
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof WorkflowError) throw error
    const code = codeOf(error)
    throw problemWith(path, READ_PROBLEMS.get(code) ?? `the file can't be read (${code})`, 'Check the path.', error)
  }
}

/** Parses the text of a file. Nothing at all is a workflow without nodes: what git gives where there was no file. */
export function parseText(text: string, path: string): Workflow {
  if (text.trim() === '') return { version: WORKFLOW_VERSION, nodes: [] }
  try {
    return parseWorkflow(text)
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    const problems = error.problems.map((one) => ({ ...one, at: one.at === undefined ? path : `${path}, ${one.at}` }))
    throw WorkflowError.ofProblems(problems, error.code)
  }
}

/** Writes a file so that it is whole or what it was before. @throws WorkflowError where it can't be written */
export async function writeText(path: string, text: string): Promise<void> {
  const { writeTextFile } = await import('../media/write-text.ts')
  try {
    await writeTextFile(path, text)
  } catch (error) {
    if (!(error instanceof MediaError)) throw error
    throw problemWith(path, error.problem, error.remedy, error)
  }
}

function problemWith(path: string, problem: string, remedy: string, cause?: unknown): WorkflowError {
  return new WorkflowError({ code: 'invalid_prompt', at: path, problem, remedy }, { cause })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
