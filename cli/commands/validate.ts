/** `kinograph validate`: everything that is wrong with a workflow, at once. */
import { problemText } from '../../core/workflow/problem.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { foldersOf } from '../folders.ts'
import { askOnce } from '../question.ts'
import { validateSpec } from '../specs.ts'

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands: [workflow], open } = parseArguments(validateSpec, argv)
  const folders = foldersOf({ modelsDir: options['models-dir'], inputDir: options['input-dir'], workflow })
  const { problems } = await askOnce({
    type: 'validate', id: 'validate', folders, workflow: { path: workflow }, set: options.set, parameters: Object.fromEntries(open),
  })
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ valid: problems.length === 0, problems }, null, 2)}\n`)
  } else {
    for (const problem of problems) process.stderr.write(`error: ${problemText(problem)}\n`)
    if (problems.length === 0) process.stdout.write(`${workflow} may run.\n`)
  }
  return problems.length === 0 ? EXIT.ok : EXIT.badInput
}
