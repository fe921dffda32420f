/** `kinograph migrate`: workflow files carried over to the node types and the format of today. */
import { resolve } from 'node:path'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import type { Answers } from '../../worker/protocol.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { foldersOf } from '../folders.ts'
import { printProblem } from '../print.ts'
import { askOnce } from '../question.ts'
import { migrateSpec } from '../specs.ts'

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands } = parseArguments(migrateSpec, argv)
  let worst: number = EXIT.ok
  for (const path of operands) {
    try {
      const folders = foldersOf({ modelsDir: options['models-dir'], workflow: path })
      const { isChanged, migrated } = await askOnce({
        type: 'migrate', id: 'migrate', path: resolve(path), check: options.check, folders,
      })
      for (const line of linesOf(migrated)) process.stdout.write(`${path}: ${line}\n`)
      const rest = isChanged ? 'written as it is written today' : 'nothing to do'
      if (migrated.length === 0) process.stdout.write(`${path}: ${rest}\n`)
      if (isChanged && options.check) worst = Math.max(worst, EXIT.failed)
    } catch (error) {
      if (!(error instanceof WorkflowError)) throw error
      printProblem(error.data)
      worst = EXIT.badInput
    }
  }
  return worst
}

function linesOf(migrated: Answers['migrate']['migrated']): string[] {
  return migrated.map(({ within, node, from, to }) => {
    const place = `${within === undefined ? '' : `subgraph ${within}, `}node ${node}`
    if (from.type !== to.type) return `${place}: ${from.type} → ${to.type}, version ${to.version}`
    return `${place}: version ${from.version} → version ${to.version} of ${to.type}`
  })
}
