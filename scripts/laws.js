/**
 * `npm run laws`: every law (property test, by fast-check) over new random values, round after round, each with a seed of
 * its own, until one fails; the seed of that round is printed with the command that tries it again.
 *
 *   npm run laws                                  three rounds with 10 times the cases of `npm test`
 *   npm run laws -- --rounds 1 --times 100 core   one round, of what lies in core, with 100 times as many
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const root = resolve(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, times: { type: 'string', default: '10' } },
  allowPositionals: true,
})
const rounds = count('rounds')
const times = count('times')

function count(name) {
  const number = Number(values[name])
  if (Number.isInteger(number) && number > 0) return number
  console.error(`--${name}: expected a whole number above 0, got ${JSON.stringify(values[name])}.`)
  process.exit(2)
}

/** The test files that state laws, in the folders or files asked for. */
function lawFiles() {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((one) => one.isDirectory() && !one.name.startsWith('.') && !['node_modules', 'dist'].includes(one.name))
  return folders.flatMap(({ name }) => readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })
    .map((file) => join(name, file)))
    .filter((file) => file.endsWith('.test.ts') && (positionals.length === 0 || positionals.some((part) => file.startsWith(part))))
    .filter((file) => readFileSync(join(root, file), 'utf8').includes('from \'fast-check\''))
}

const files = lawFiles()
if (files.length === 0) {
  console.error(`No test that states a law lies in ${positionals.join(', ')}.`)
  process.exit(2)
}
for (let round = 1; round <= rounds; round++) {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const settings = { KINOGRAPH_LAW_SEED: String(seed), KINOGRAPH_LAW_RUNS: String(times) }
  console.log(`\n# round ${round} of ${rounds}: ${files.length} files, ${times} times the cases, seed ${seed}`)
  const { status } = spawnSync(join(root, 'node_modules/.bin/vitest'), ['run', '--testTimeout=0', ...files],
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...settings } })
  if (status === 0) continue
  const again = Object.entries(settings).map(([name, value]) => `${name}=${value}`).join(' ')
  console.error(`\nA law fails with the seed ${seed}. Again: ${again} npx vitest run --testTimeout=0 FILE`)
  process.exit(1)
}
