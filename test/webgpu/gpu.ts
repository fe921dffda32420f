/** Where the tests of webgpu run: on this machine's GPU, or on the software GPU that Debian's chromium brings. */
import { describe } from 'vitest'
import { probeDevices, useSoftwareGpu } from '../../tensor/index.ts'

useSoftwareGpu()
const missing = await whatIsMissing()

/** Why there is nothing to run on; null where there is, and in `npm run test:all`, which may skip nothing. */
async function whatIsMissing(): Promise<string | null> {
  if (process.env['KINOGRAPH_TEST_ALL'] === '1') return null
  const webgpu = (await probeDevices()).find(({ kind }) => kind === 'webgpu')
  return webgpu?.available ? null : `${webgpu?.detail}. ${webgpu?.remedy}`
}

/** A group of tests that need WebGPU; where it can't be opened they are skipped, and the title says why. */
export const describeOnGpu = (name: string, tests: () => void) =>
  describe.skipIf(missing !== null)(missing === null ? name : `${name} (skipped: no WebGPU here. ${missing})`, tests)
