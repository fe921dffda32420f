/** `kinograph fmt`: workflow files in their one canonical form. */
import { formatWorkflow } from '../../core/workflow/format.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { printProblem } from '../print.ts'
import { fmtSpec } from '../specs.ts'
import { parseText, readText, writeText } from '../workflow-file.ts'

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands } = parseArguments(fmtSpec, argv)
  let worst: number = EXIT.ok
  for (const path of operands) {
    try {
      const isCanonical = await format(path, options.check)
      if (!isCanonical && options.check) worst = Math.max(worst, EXIT.failed)
    } catch (error) {
      if (!(error instanceof WorkflowError)) throw error
      printProblem(error.data)
      worst = EXIT.badInput
    }
  }
  return worst
}

/** Formats one file and says so. Whether it was canonical already. */
async function format(path: string, isCheck: boolean): Promise<boolean> {
  const text = await readText(path)
  const canonical = formatWorkflow(parseText(text, path))
  if (path === '-' && !isCheck) process.stdout.write(canonical)
  if (text === canonical) return true
  if (path !== '-' && !isCheck) await writeText(path, canonical)
  if (path !== '-' || isCheck) process.stdout.write(`${path}\n`)
  return false
}
