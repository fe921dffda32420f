/** `kinograph verify`: whether a workflow gives what its lock says, or what differs. */
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { WorkerDiedError } from '../../worker/client.ts'
import type { DeviceName } from '../../worker/protocol.ts'
import type { VerifyAnswer, VerifyRequest } from '../../worker/protocol-lock.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { askAttended, lockPath } from '../lock-file.ts'
import { printProblem } from '../print.ts'
import { verifySpec } from '../specs.ts'

const DEVICES: readonly DeviceName[] = ['cpu', 'cuda', 'webgpu']
const ENDINGS = {
  reproduced: 'Reproduced: all outputs are the same.',
  matches: 'All that was compared is as it was locked; no output was.',
  differs: 'It differs.',
} as const

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands: [workflow] } = parseArguments(verifySpec, argv)
  const device = DEVICES.find((name) => name === options.device)
  try {
    const answer = await askAttended<VerifyRequest>({
      workflow, options, device,
      request: (folders) => ({
        type: 'verify', id: 'verify', folders, workflow: { path: workflow }, lock: lockPath(workflow, options.lock),
        run: !options['no-run'], ...(device && { device }),
      }),
    })
    return report(answer, options.json)
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    printProblem(error.data)
    return error instanceof WorkerDiedError ? EXIT.failed : EXIT.badInput
  }
}

function report(answer: VerifyAnswer, json: boolean): number {
  if (answer.status === 'cancelled') {
    process.stderr.write('Cancelled.\n')
    return EXIT.cancelled
  }
  process.stdout.write(json ? `${JSON.stringify(answer, null, 2)}\n` : textOf(answer))
  return answer.status === 'differs' ? EXIT.failed : EXIT.ok
}

function textOf({ status, differences, outputs, unlocked }: Exclude<VerifyAnswer, { status: 'cancelled' }>): string {
  const lines = [
    ...differences.map(({ text, decides }) => `${decides ? 'differs' : 'noted'}: ${text}`),
    ...(outputs ?? []).map(({ text, same }) => `${same ? 'same' : 'differs'}: ${text}`),
    ...unlocked.map((text) => `not compared: ${text}`),
    status === 'differs' && outputs === undefined ? `${ENDINGS.differs} No output was compared.` : ENDINGS[status],
  ]
  return `${lines.join('\n')}\n`
}
