/** `kinograph lock`: runs a workflow and writes down what its results depend on, and what they are. */
import { readFile } from 'node:fs/promises'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import type { DeviceName } from '../../worker/protocol.ts'
import type { LockAnswer, LockRequest } from '../../worker/protocol-lock.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { askAttended, lockPath } from '../lock-file.ts'
import { printProblem } from '../print.ts'
import { lockSpec } from '../specs.ts'

const DEVICES: readonly DeviceName[] = ['cpu', 'cuda', 'webgpu']

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands: [workflow], open } = parseArguments(lockSpec, argv)
  const device = DEVICES.find((name) => name === options.device) ?? 'cpu'
  const run = !options['no-run']
  try {
    const answer = await askAttended<LockRequest>({
      workflow, options, device: run ? device : undefined,
      request: (folders) => ({
        type: 'lock', id: 'lock', folders, device, run, workflow: { path: workflow }, file: lockPath(workflow, options.out),
        set: options.set, parameters: Object.fromEntries(open), ...(options.until.length > 0 && { targets: options.until }),
      }),
    })
    return await report(answer, options.json)
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    printProblem(error.data)
    return EXIT.failed
  }
}

async function report(answer: LockAnswer, json: boolean): Promise<number> {
  switch (answer.status) {
    case 'done': {
      const { file, models, plugins, outputs, unlocked } = answer
      const counts = [count(models, 'model file'), count(plugins, 'plugin'), ...(outputs === undefined ? ['nothing run'] : [count(outputs, 'output')])]
      process.stderr.write(`Locked: ${counts.join(', ')}.\n`)
      for (const line of unlocked) process.stderr.write(`warning: not locked: ${line}\n`)
      process.stdout.write(json ? await readFile(file, 'utf8') : `${file}\n`)
      return EXIT.ok
    }
    case 'refused':
    case 'failed':
      printProblem(answer.problem)
      return answer.status === 'refused' ? EXIT.badInput : EXIT.failed
    case 'cancelled':
      process.stderr.write('Cancelled.\n')
      return EXIT.cancelled
    default:
      return answer satisfies never
  }
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`
