/** `kinograph validate`: everything that is wrong with a workflow, at once; of a batch, with each of its rows. */
import type { Problem } from '../../core/workflow/problem.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import type { ValidateRequest } from '../../worker/protocol.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { foldersOf } from '../folders.ts'
import { printProblem } from '../print.ts'
import { askEach } from '../question.ts'
import { isSingle, printProblems, rowName, rowsIn, rowsOf } from '../rows.ts'
import { validateSpec } from '../specs.ts'

interface RowAnswer {
  /** What is special about it, in a batch. */
  readonly row?: string
  readonly valid: boolean
  readonly problems: readonly Problem[]
}

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands: [workflow], open } = parseArguments(validateSpec, argv)
  const folders = foldersOf({ modelsDir: options['models-dir'], inputDir: options['input-dir'], workflow })
  try {
    const batch = await rowsOf(options, open)
    const requests = [...rowsIn(batch)].map(({ set, parameters }, index): ValidateRequest =>
      ({ type: 'validate', id: `validate-${index}`, folders, workflow: { path: workflow }, set, parameters, index }))
    const rows: RowAnswer[] = []
    for await (const { problems } of askEach(requests)) {
      const index = rows.length
      const answer = { valid: problems.length === 0, problems }
      rows.push(isSingle(batch) ? answer : { row: batch.row(index).label, ...answer })
      if (!options.json) printProblems(problems, rowName(batch, index))
    }
    const valid = rows.every((row) => row.valid)
    if (options.json) process.stdout.write(`${JSON.stringify(isSingle(batch) ? rows[0] : { valid, rows }, null, 2)}\n`)
    else if (valid) process.stdout.write(`${workflow} may run${isSingle(batch) ? '' : `, all ${batch.count} times`}.\n`)
    return valid ? EXIT.ok : EXIT.badInput
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    printProblem(error.data)
    return EXIT.badInput
  }
}
