/**
 * `npm run test:faults`: kills the server and its workers wherever it hurts, fills the disk, cuts the log, and holds what
 * is left against what was promised. Prints `N passed, N failed`.
 *
 *   --quick        the part that fits into five minutes on two busy cores
 *   --kills N      kills at random times (100; 8 with --quick)
 *   --seed N       the same random times again
 *   WORD…          only scenarios whose names contain one of the words
 */
import { parseArgs } from 'node:util'
import { diskScenarios } from './disk.ts'
import { edgeScenarios } from './edges.ts'
import { modelScenarios } from './model.ts'
import { orderScenarios } from './order.ts'
import { randomScenarios } from './random-kills.ts'
import { resumeScenarios } from './resume.ts'
import type { Scenario } from './scenario.ts'
import { storeScenarios } from './store.ts'
import { workerScenarios } from './worker.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, kills: { type: 'string' }, seed: { type: 'string' } },
})
const isQuick = values.quick
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)
const kills = Number(values.kills ?? (isQuick ? 8 : 100))

const scenarios: readonly Scenario[] = [
  ...edgeScenarios(), ...resumeScenarios(), ...orderScenarios(), ...workerScenarios(), ...storeScenarios(), ...diskScenarios(),
  ...randomScenarios({ kills, seed }), ...modelScenarios({ seed, runs: isQuick ? 2 : 12 }),
]

/** What is wrong, with what lies behind it (fast-check says only which commands it was). */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  return cause instanceof Error && !message.includes(cause.message) ? `${message}\n${textOf(cause)}` : message
}

let [passed, failed] = [0, 0]
console.log(`seed ${seed}`)
for (const { name, isQuick: isForCi, run } of scenarios) {
  if (isQuick && !isForCi) continue
  if (positionals.length > 0 && !positionals.some((word) => name.includes(word))) continue
  const started = performance.now()
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`
  try {
    await run()
    passed++
    console.log(`ok      ${name} (${seconds()})`)
  } catch (error) {
    failed++
    console.log(`FAILED  ${name} (${seconds()})\n${textOf(error)}`.replaceAll('\n', '\n        '))
  }
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
