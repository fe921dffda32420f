/** `kinograph plugins test`: a plugin's own tests, in TypeScript, with node's test runner and this very engine. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundlePlugin } from '../core/plugins/bundle.ts'
import { engineEntries } from '../core/plugins/engine-entries.ts'
import { UsageError } from './arguments.ts'
import { EXIT } from './exit.ts'

const TEST = /\.test\.[cm]?[jt]sx?$/

/** @param folder of the plugin: every `*.test.ts` in it runs, whatever the folder */
export async function testPlugin(folder: string): Promise<number> {
  const tests = await testsIn(folder)
  if (tests.length === 0) throw new UsageError(`There are no tests in ${folder}. Write one: test/index.test.ts.`)
  const built = await mkdtemp(join(tmpdir(), 'kinograph-plugin-test-'))
  try {
    const files = await Promise.all(tests.map(async (test) => (await bundlePlugin(test, { folder, cache: built, engine: engineEntries() })).file))
    return await runTests(files, folder)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    process.stderr.write(`error: ${error.message}\n`)
    return EXIT.failed
  } finally {
    await rm(built, { recursive: true, force: true })
  }
}

async function testsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => [])
  const isOwn = (name: string) => !/(^|[\\/])(node_modules|dist|\.[^\\/]*)[\\/]/.test(name)
  return names.filter((name) => TEST.test(name) && isOwn(name)).sort().map((name) => join(folder, name))
}

/** Node's runner in a process of its own, since a test may do to it what it likes. */
async function runTests(files: readonly string[], folder: string): Promise<number> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env // set where this itself is run by a test
  const args = ['--enable-source-maps', '--test', '--test-reporter=spec', ...files]
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: 'inherit' })
  const [code]: unknown[] = await once(child, 'exit')
  return code === 0 ? EXIT.ok : EXIT.failed
}

