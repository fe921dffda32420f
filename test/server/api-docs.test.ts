import { execFile } from 'node:child_process'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi } from './api-support.ts'
import { root, scratchFolder, type TestServer } from './support.ts'

let server: TestServer
beforeAll(async () => { server = await startApi() })
afterAll(() => server.stop())

test('the examples of docs/api.md run as they stand', async () => {
  const text = readFileSync(join(root, 'docs/api.md'), 'utf8')
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!)
  expect(blocks.length).toBeGreaterThan(8)
  const folder = scratchFolder()
  cpSync(join(root, 'workflows'), join(folder, 'workflows'), { recursive: true })
  // Refusals end the script, with what the server said.
  const script = `set -euo pipefail\ncurl() { command curl --fail-with-body --max-time 150 "$@" || { echo "FAILED: $*"; exit 1; }; echo; }\n${blocks.join('\n')}`
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder, env: { ...process.env, URL: server.url }, maxBuffer: 2 ** 26 })
  expect(stdout).toContain('"state":"done"')
}, 240_000)
