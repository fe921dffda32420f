/** `kinograph export`: a workflow in another format, into a file or on stdout. */
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { WorkflowFormat } from '../../core/comfy/detect.ts'
import { problemText } from '../../core/workflow/problem.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { foldersOf } from '../folders.ts'
import { askOnce } from '../question.ts'
import { exportSpec } from '../specs.ts'

const FORMATS: ReadonlyMap<string, WorkflowFormat> = new Map([['comfy-api', 'comfy-api'], ['comfy-ui', 'comfy-ui']])

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands: [workflow], open } = parseArguments(exportSpec, argv.map((word) => (word === '-o' ? '--output' : word)))
  const folders = foldersOf({ modelsDir: options['models-dir'], workflow })
  const write = async (file: string) => {
    await askOnce({
      type: 'export', id: 'export', folders, workflow: { path: workflow }, set: options.set, parameters: Object.fromEntries(open),
      to: FORMATS.get(options.to ?? '') ?? 'kinograph', file,
    })
  }
  try {
    if (options.output === undefined) await print(write)
    else {
      await write(resolve(options.output))
      process.stderr.write(`${options.output}\n`)
    }
    return EXIT.ok
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    for (const problem of error.problems) process.stderr.write(`error: ${problemText(problem)}\n`)
    return EXIT.badInput
  }
}

/** Has the text written to a file of its own and copies that to stdout. */
async function print(write: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kinograph-export-'))
  try {
    const file = join(folder, 'workflow.json')
    await write(file)
    await pipeline(createReadStream(file), process.stdout, { end: false })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
