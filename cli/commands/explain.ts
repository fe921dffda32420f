/** `kinograph explain`: why each node of a workflow would run, against the last run with the same disk cache. */
import { nodeText } from '../../core/workflow/problem.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import type { AnswerOf, DeviceName, ExplainRequest, ExplainRow } from '../../worker/protocol.ts'
import { parseArguments } from '../arguments.ts'
import { cacheSettings } from '../cache-options.ts'
import { EXIT } from '../exit.ts'
import { foldersOf } from '../folders.ts'
import { printProblem, table } from '../print.ts'
import { askEach } from '../question.ts'
import { isSingle, rowName, rowsIn, rowsOf } from '../rows.ts'
import { explainSpec } from '../specs.ts'

const DEVICES: readonly DeviceName[] = ['cpu', 'cuda', 'webgpu']
const RUNS = { yes: 'runs', no: 'does not run', maybe: 'may run' } as const

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands: [workflow], open } = parseArguments(explainSpec, argv)
  const folders = foldersOf({ modelsDir: options['models-dir'], inputDir: options['input-dir'], workflow })
  const device = DEVICES.find((name) => name === options.device) ?? 'cpu'
  const cache = cacheSettings({ ...options, cache: 'disk' })
  try {
    const batch = await rowsOf(options, open)
    const requests = [...rowsIn(batch)].map(({ set, parameters }, index): ExplainRequest => ({
      type: 'explain', id: `explain-${index}`, folders, workflow: { path: workflow }, set, parameters, index, device, cache,
      ...(options.until.length > 0 && { targets: options.until }),
    }))
    const answers: ({ readonly row?: string } & AnswerOf<ExplainRequest>)[] = []
    for await (const answer of askEach(requests)) {
      const row = rowName(batch, answers.length)
      answers.push({ ...(row !== '' && { row: batch.row(answers.length).label }), ...answer })
      if (!options.json) process.stdout.write(row === '' ? textOf(answer) : `${row}:\n${textOf(answer)}\n`)
    }
    if (options.json) process.stdout.write(`${JSON.stringify(isSingle(batch) ? answers[0] : { rows: answers }, null, 2)}\n`)
    return EXIT.ok
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    printProblem(error.data)
    return EXIT.badInput
  }
}

function textOf({ nodes, left, last }: AnswerOf<ExplainRequest>): string {
  const rows = nodes.map((row: ExplainRow) => [nodeText(row.ref), RUNS[row.runs], row.text])
  const more = left === 0 ? [] : [`and ${left} more nodes`]
  const against = last === undefined
    ? 'No run has been recorded in this cache: run with --cache disk.'
    : `Compared with ${last.same ? 'the last run of this file' : 'the last run, which was of another file'}, at ${new Date(last.at).toISOString()}.`
  return `${[table(rows), ...more, against].join('\n')}\n`
}
