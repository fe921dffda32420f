/** `kinograph diff`: in words, how one workflow became another. */
import { formatOf } from '../../core/comfy/detect.ts'
import { diffText, diffWorkflows, type WorkflowDiff } from '../../core/workflow/diff.ts'
import { Redactor, secretVariables } from '../../core/workflow/redact.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { foldersOf } from '../folders.ts'
import { printProblem } from '../print.ts'
import { askOnce } from '../question.ts'
import { diffSpec } from '../specs.ts'
import { parseText, readText } from '../workflow-file.ts'

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands: [before, after] } = parseArguments(diffSpec, argv)
  try {
    const diff = await diffFiles(before!, after!)
    process.stdout.write(`${options.json ? JSON.stringify(diff, null, 2) : diffText(diff)}\n`)
    return diff.changes.length === 0 ? EXIT.ok : EXIT.failed
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    printProblem(error.data)
    return EXIT.badInput
  }
}

/** Two files of ours are compared here and now; what holds another format, a worker reads. */
async function diffFiles(before: string, after: string): Promise<WorkflowDiff> {
  const texts = await Promise.all([readText(before), readText(after)])
  if (texts.every(looksOurs)) {
    const redactor = new Redactor(secretVariables(process.env)) // before texts are cut to where they differ
    const [was, is] = [parseText(texts[0]!, before), parseText(texts[1]!, after)].map((one) => redactor.data(one))
    return diffWorkflows(was!, is!)
  }
  const folders = foldersOf({ workflow: after })
  return askOnce({ type: 'diff', id: 'diff', folders, before: { path: before }, after: { path: after } })
}

/** Whether a text is, or was meant as, a workflow of ours: JSON in no other format, or nothing. */
function looksOurs(text: string): boolean {
  if (text.trim() === '') return true
  if (!/^\s*\{/.test(text)) return false
  try {
    return formatOf(JSON.parse(text)) === 'kinograph'
  } catch {
    return true // parsing will say what is wrong, and where
  }
}
