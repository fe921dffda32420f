/**
 * `npm run goldens -- DIR`: runs every golden case found under DIR against the product's code.
 *
 * A case is a folder with a `case.json` (the folder may be a symbolic link). Prints a line per case: the worst error as a
 * share of its tolerance, and how many stored tensors were compared of how many. Exits 1 when a case fails, a kind is
 * unknown, or no case is found. `--json` prints one JSON object per case instead.
 */
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { findCases, loadCase } from './load.ts'
import { KINDS, LATER } from './kinds.ts'
import { report } from './report.ts'
import type { CaseReport } from './report.ts'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
  allowPositionals: true,
})

async function runCase(dir: string): Promise<CaseReport> {
  const started = performance.now()
  const name = basename(dir)
  let kind = '?'
  try {
    const golden = await loadCase(dir)
    kind = golden.kind
    const result = report(golden)
    if (LATER.has(kind)) return { name, kind, status: 'later', ...result.summary(), seconds: 0 }
    const load = KINDS.get(kind)
    if (load === undefined) throw new Error(`kind "${kind}" is unknown; known: ${[...KINDS.keys(), ...LATER].join(', ')}`)
    const { run } = await load()
    await run(golden, result.comparer)
    result.finish()
    const summary = result.summary()
    const status = summary.failures.length === 0 ? 'ok' : 'FAILED'
    return { name, kind, status, ...summary, seconds: (performance.now() - started) / 1000 }
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { name, kind, status: 'FAILED', worst: null, compared: 0, checks: 0, total: 0, skipped: [], failures: [text],
      seconds: (performance.now() - started) / 1000 }
  }
}

function printCase(r: CaseReport): void {
  if (values.json) return console.log(JSON.stringify(r))
  const worst = r.worst === null ? '' : `worst ${r.worst.share.toPrecision(3)} of tolerance (${r.worst.name})`
  const checks = r.checks > 0 ? `, ${r.checks} checks` : ''
  console.log(`${r.status.padEnd(6)} ${r.name.padEnd(38)} ${r.kind.padEnd(20)} ` +
    `${r.compared} of ${r.total} tensors${checks}  ${worst}  ${r.seconds.toFixed(1)} s`)
  for (const { name, reason } of r.skipped) console.log(`         skipped ${name}: ${reason}`)
  for (const failure of r.failures.slice(0, 12)) console.log(`         ${failure}`)
  if (r.failures.length > 12) console.log(`         … and ${r.failures.length - 12} more`)
}

async function main(): Promise<number> {
  if (positionals.length === 0) {
    console.error('Usage: npm run goldens -- DIR [DIR …] [--json] [--only TEXT]')
    return 2
  }
  const found = (await Promise.all(positionals.map(findCases))).flat()
  const cases = found.filter((dir) => values.only === undefined || dir.includes(values.only))
  const reports: CaseReport[] = []
  for (const dir of cases) {
    const result = await runCase(dir)
    printCase(result)
    reports.push(result)
  }
  const count = (status: CaseReport['status']) => reports.filter((r) => r.status === status).length
  if (reports.length === 0) console.error(`No case.json was found under ${positionals.join(', ')}.`)
  if (!values.json) console.log(`${reports.length} cases: ${count('ok')} ok, ${count('FAILED')} failed, ${count('later')} later`)
  return reports.length > 0 && count('FAILED') === 0 ? 0 : 1
}

process.exitCode = await main()
