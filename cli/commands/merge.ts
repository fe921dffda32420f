/** `kinograph merge`: two changed versions of a workflow in one; usable as git's merge driver. */
import { formatWorkflow } from '../../core/workflow/format.ts'
import { mergeWorkflows } from '../../core/workflow/merge.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { printProblem } from '../print.ts'
import { mergeSpec } from '../specs.ts'
import { parseText, readText, writeText } from '../workflow-file.ts'

const SIDES = ['base', 'ours', 'theirs'] as const

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands } = parseArguments(mergeSpec, argv.map((word) => (word === '-o' ? '--output' : word)))
  // Git gives files of passing names, and the real one by --name.
  const sourceOf = (index: number) => options.name === undefined ? operands[index]! : `${options.name} (${SIDES[index]!})`
  try {
    const texts = await Promise.all(operands.map(readText))
    const [base, ours, theirs] = texts.map((text, index) => parseText(text, sourceOf(index)))
    const { workflow, conflicts, notes } = mergeWorkflows(base!, ours!, theirs!)
    const text = formatWorkflow(workflow)
    if (options.output === undefined) process.stdout.write(text)
    else await writeText(options.output, text)
    for (const note of notes) process.stderr.write(`note: ${note}\n`)
    for (const conflict of conflicts) process.stderr.write(`conflict: ${conflict.text}\n`)
    if (conflicts.length === 0) return EXIT.ok
    const file = options.name ?? options.output ?? 'what is printed'
    const count = conflicts.length === 1 ? 'One conflict' : `${conflicts.length} conflicts`
    process.stderr.write(`${count}: ${file} has ours there.\n`)
    return EXIT.failed
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    printProblem(error.data)
    return EXIT.badInput
  }
}
