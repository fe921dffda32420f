import { WorkflowError } from '../workflow/workflow-error.ts'
import { aboutShown } from './failure.ts'
import type { Step } from './step.ts'

type StepAt = (path: string) => Step | undefined

/**
 * The cycle that steps wait in for one another, as it came about through expansions.
 * @param open all steps that have not ended; none of them runs
 */
export function waitCycle(open: readonly Step[], stepAt: StepAt): { step: Step; error: WorkflowError } {
  const place = new Map<Step, number>()
  const walked: Step[] = []
  let step = open[0]!
  while (!place.has(step)) {
    place.set(step, walked.length)
    walked.push(step)
    step = waitedFor(step, stepAt) ?? open.find((one) => !place.has(one)) ?? step
  }
  // Walked from what waits to what it waits for, so the way of the values is the reverse.
  const cycle = [...walked.slice(place.get(step)), step].map(({ planned }) => planned.path).reverse()
  const problem = `its result depends on itself, after expansion: ${cycle.join(' → ')}`
  const remedy = 'Let the expansion link to nothing that depends on the node that expands.'
  const data = aboutShown({ code: 'dependency_cycle', node: step.planned.ref, problem, remedy, cycle }, step.planned)
  return { step, error: new WorkflowError(data) }
}

/** One of the steps that a step waits for. */
function waitedFor({ planned, asked, children }: Step, stepAt: StepAt): Step | undefined {
  const child = children.find(({ hasEnded }) => !hasEnded)
  if (child) return child
  for (const input of planned.inputs) {
    if (input.kind !== 'link' || (input.definition.lazy && !asked?.has(input.slot))) continue
    const source = stepAt(input.from)
    if (source && !source.hasEnded) return source
  }
  return undefined
}
