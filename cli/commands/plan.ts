/** `kinograph plan`: what a run would do and take, and whether it can be. Nothing runs. */
import type { Batch } from '../../core/batch/rows.ts'
import { nodeText } from '../../core/workflow/problem.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import type { AnswerOf, DeviceName, PlanFile, PlanRequest, PlanRow } from '../../worker/protocol.ts'
import { parseArguments } from '../arguments.ts'
import { cacheSettings } from '../cache-options.ts'
import { EXIT } from '../exit.ts'
import { foldersOf } from '../folders.ts'
import { printProblem, sizeText, table } from '../print.ts'
import { sumPlans, type PlanSum } from '../plan-sum.ts'
import { askEach } from '../question.ts'
import { isSingle, printProblems, rowName, rowsIn, rowsOf } from '../rows.ts'
import { planSpec } from '../specs.ts'

const DEVICES: readonly DeviceName[] = ['cpu', 'cuda', 'webgpu']
const RUNS = { yes: 'runs', no: 'is cached', maybe: 'may run' } as const

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands: [workflow], open } = parseArguments(planSpec, argv)
  const folders = foldersOf({ modelsDir: options['models-dir'], inputDir: options['input-dir'], workflow })
  const device = DEVICES.find((name) => name === options.device) ?? 'cpu'
  const cache = cacheSettings({ ...options, cache: 'disk' })
  try {
    const batch = await rowsOf(options, open)
    const requests = [...rowsIn(batch)].map(({ set, parameters }, index): PlanRequest => ({
      type: 'plan', id: `plan-${index}`, folders, workflow: { path: workflow }, set, parameters, index, device, cache,
      ...(options.until.length > 0 && { targets: options.until }),
    }))
    const plans: Plan[] = []
    for await (const plan of askEach(requests)) plans.push(plan)
    const sum = sumPlans(plans)
    if (options.json) process.stdout.write(`${JSON.stringify(isSingle(batch) ? plans[0] : { ...sum, rows: labelled(plans, batch) }, null, 2)}\n`)
    else process.stdout.write(isSingle(batch) ? textOf(plans[0]!) : batchText(plans, sum, batch))
    if (!options.json) for (const [index, { problems }] of plans.entries()) printProblems(problems, rowName(batch, index))
    return sum.ok ? EXIT.ok : EXIT.badInput
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    printProblem(error.data)
    return EXIT.badInput
  }
}

type Plan = AnswerOf<PlanRequest>

const labelled = (plans: readonly Plan[], batch: Batch) => plans.map((plan, index) => ({ row: batch.row(index).label, ...plan }))

/** A line a run, then what they take together. */
function batchText(plans: readonly Plan[], sum: PlanSum, batch: Batch): string {
  const rows = plans.map((plan, index) => {
    const { running, cached, peak, time } = sumPlans([plan])
    const takes = plan.ok ? [`${running} to run, ${cached} cached`, totalText(time, running), sizeText(peak)] : ['can\'t run']
    return [batch.row(index).label, ...takes]
  })
  const all = `${plans.length} runs: ${sum.running} nodes to run, ${sum.cached} cached or made by a run before; at most about ${sizeText(sum.peak)} of memory.`
  const lines = [table(rows), '', ...(sum.ok ? [totalText(sum.time, sum.running), all] : ['It can\'t run as it is:'])]
  return `${lines.join('\n').replace(/ +$/gm, '')}\n`
}

function textOf({ ok, nodes, left, time, files, available, seeds, prompts }: AnswerOf<PlanRequest>): string {
  const running = nodes.filter(({ runs }) => runs === 'yes').length
  const cached = nodes.filter(({ runs }) => runs === 'no').length
  const peak = Math.max(0, ...nodes.map(({ memory }) => memory?.bytes ?? 0))
  const there = files.reduce((sum, { bytes = 0 }) => sum + bytes, 0)
  const lines = [
    ...(nodes.length > 0 ? [table(nodes.map(nodeRow)), ''] : []),
    ...(left > 0 ? [`and ${left} more nodes`] : []),
    ...(files.length > 0 ? ['Files:', table(files.map(fileRow)), ''] : []),
    ...seeds.map(({ node, input, value }) => `Seed ${node}.${input}: ${value} would be drawn; a run draws its own`),
    ...prompts.map(({ node, input, text }) => `Text ${node}.${input}: ${text}`),
    ...(ok ? [totalText(time, running)] : []),
    ok
      ? `${running} to run, ${cached} cached; ${sizeText(there)} of weights; at most about ${sizeText(peak)} of the ${sizeText(available)} of memory there are.`
      : 'It can\'t run as it is:',
  ]
  return `${lines.join('\n').replace(/ +$/gm, '')}\n`
}

function totalText({ seconds, unknown }: AnswerOf<PlanRequest>['time'], running: number): string {
  if (running === 0) return 'Time: next to nothing, all of it is cached.'
  if (unknown === running) return 'Time: unknown, nothing of it was measured here yet.'
  return `Time: about ${secondsText(seconds)} in all${unknown === 0 ? '' : `, and ${unknown} of ${running} nodes unknown`}.`
}

function timeText({ runs, time }: PlanRow): string {
  if (runs === 'no') return ''
  if (time === undefined) return 'time unknown'
  const often = time.runs === 1 ? 'once' : `${time.runs} times`
  return `about ${secondsText(time.seconds)}, ${time.isSame ? `measured here ${often}` : `scaled from what was measured here ${often}`}`
}

/** Two figures are more than such an estimate is worth. */
function secondsText(seconds: number): string {
  if (seconds < 0.01) return '0.01 s'
  if (seconds < 100) return `${Number(seconds.toPrecision(2))} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${Number((seconds / 3600).toPrecision(2))} h`
}

function nodeRow({ times, memory, ...row }: PlanRow): string[] {
  const often = times === undefined ? '' : ` ${times} times`
  const takes = memory === undefined
    ? ''
    : `${sizeText(memory.bytes)} of memory: ${sizeText(memory.weights)} of weights${memory.hold ? ` (${memory.hold})` : ''}, ${sizeText(memory.activations)} on the way`
  return [nodeText(row.ref), RUNS[row.runs] + often, timeText(row), takes]
}

function fileRow({ file, bytes, size, advice }: PlanFile): string[] {
  return [`  ${file}`, bytes === undefined ? `MISSING${size === undefined ? '' : ` (${size})`}` : sizeText(bytes), advice ?? '']
}
