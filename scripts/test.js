// `npm test` and, with --all, `npm run test:all`: types, lint, then every test, closing with `N passed, N failed, N skipped`
// counted from vitest's JSON results. --all also runs what needs ../shared, a browser or a software GPU, and skips nothing.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const all = process.argv.includes('--all')
const root = resolve(import.meta.dirname, '..')
const shared = resolve(root, '../shared')
const scratch = mkdtempSync(join(tmpdir(), 'kinograph-test-'))
const counts = { passed: 0, failed: 0, skipped: 0 }
const environment = { ...process.env, ...(all ? { KINOGRAPH_TEST_ALL: '1' } : {}) }

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json'
if (all && existsSync(SWIFTSHADER)) environment.KINOGRAPH_SOFTWARE_GPU = '1'

function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', env: environment, ...options })
}
const bin = (name) => join(root, 'node_modules', '.bin', name)

/** A step that counts as one test. */
function step(title, command, args) {
  console.log(`\n# ${title}`)
  const { status } = run(command, args)
  counts[status === 0 ? 'passed' : 'failed']++
}

function vitest() {
  console.log('\n# tests')
  const results = join(scratch, 'vitest.json')
  const extra = process.argv.slice(2).filter((a) => a !== '--all')
  const { status } = run(bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`, ...extra])
  if (!existsSync(results)) {
    counts.failed++
    return
  }
  const json = JSON.parse(readFileSync(results, 'utf8'))
  counts.passed += json.numPassedTests
  counts.failed += json.numFailedTests
  counts.skipped += json.numPendingTests + json.numTodoTests
  for (const file of json.testResults) {
    const silent = file.status === 'failed' && file.assertionResults.every((a) => a.status !== 'failed')
    if (silent) counts.failed++ // a file that failed before its tests could
    for (const test of file.assertionResults) {
      if (test.status === 'pending' || test.status === 'skipped') console.log(`skipped: ${test.fullName}`)
    }
  }
  if (status !== 0 && counts.failed === 0) counts.failed++
}

/** Every golden case under `dir` counts as one test. */
function goldens(dir) {
  console.log(`\n# goldens ${dir}`)
  const { stdout, status } = run(process.execPath, [join(root, 'dist/test/goldens.js'), '--json', dir],
    { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28, encoding: 'utf8' })
  const reports = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line))
  for (const r of reports) {
    console.log(`${r.status} ${r.name}: ${r.compared} of ${r.total} tensors, worst ${r.worst?.share.toPrecision(3) ?? '-'} of tolerance`)
    for (const failure of r.failures) console.log(`    ${failure}`)
    if (r.status === 'ok') counts.passed++
    if (r.status === 'FAILED') counts.failed++
  }
  if (status !== 0 && !reports.some((r) => r.status === 'FAILED')) counts.failed++
}

/** The part of `npm run test:faults` that is quick: every scenario counts as one test. */
function faults() {
  console.log('\n# faults')
  const { stdout } = run(process.execPath, [join(root, 'dist/test/faults.js'), '--quick'], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
  console.log(stdout)
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(stdout) ?? []
  counts.passed += Number(passed ?? 0)
  counts.failed += Number(failed ?? 1)
}

try {
  step('types', bin('tsc'), ['--noEmit', '-p', '.'])
  step('types of the editor', bin('tsc'), ['--noEmit', '-p', 'editor'])
  step('lint', bin('oxlint'), [])
  vitest()
  goldens(join(root, 'test/fixtures/goldens'))
  if (all) goldens(join(shared, 'goldens'))
  if (all) faults()
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = counts.failed > 0 || counts.passed === 0 || (all && counts.skipped > 0) ? 1 : 0
