/** The built `kinograph` on the GPU: a video file like the processor's, and the process ends by itself. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli, filesBelow, scratchFolder } from '../cli/harness.ts'
import { readVideo } from '../cli/read-video.ts'
import { describeOnGpu } from './gpu.ts'

const MINUTES = 60_000
const run = (device: string, out: string) => cli([
  'run', join('workflows', 'text-to-video.json'), '--device', device, '--steps', '2', '--set', 'latent.frames=2', '--out', out, '--quiet',
])

describeOnGpu('kinograph --device webgpu', () => {
  test('writes the mp4 that --device cpu writes', async () => {
    const folders = { cpu: scratchFolder(), webgpu: scratchFolder() }
    for (const [device, out] of Object.entries(folders)) {
      expect(await run(device, out)).toEqual({ code: 0, signal: null, stdout: `${join(out, 'video_00001.mp4')}\n`, stderr: '' })
      expect(readdirSync(out)).toEqual(['video_00001.mp4'])
    }
    const [expected, found] = [await readVideo(join(folders.cpu, 'video_00001.mp4')), await readVideo(join(folders.webgpu, 'video_00001.mp4'))]
    expect(found).toMatchObject({ count: 2, width: 64, height: 64 })
    const apart = Array.from(found.data, (byte, i) => Math.abs(byte - expected.data[i]!))
    expect(apart.reduce((a, b) => a + b, 0) / apart.length).toBeLessThan(1)
  }, 4 * MINUTES)
})

test('a Vulkan driver that is not there is named, with the way out', async () => {
  const out = scratchFolder()
  const nowhere = join(out, 'nowhere.json')
  const ended = await cli(['run', join('workflows', 'text-to-image.json'), '--device', 'webgpu', '--out', out, '--quiet'],
    { env: { VK_ICD_FILENAMES: nowhere } })
  expect(ended).toMatchObject({ code: 1, stdout: '' })
  expect(ended.stderr).toContain(
    `device webgpu: VK_ICD_FILENAMES names a Vulkan driver that is not there (${nowhere}). Correct its path, or unset it`)
  expect(filesBelow(out)).toEqual([])

  const doctor = await cli(['doctor'], { env: { VK_ICD_FILENAMES: nowhere } })
  expect(doctor.stdout).toContain(`device webgpu: VK_ICD_FILENAMES names a Vulkan driver that is not there (${nowhere})`)
})
