import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseGpuMemory, readGpuMemory } from './gpu-memory.ts'

test('lines of nvidia-smi are read in bytes', () => {
  expect(parseGpuMemory('0, 1024, 81559\n1, 0, 81559\n')).toEqual([
    { gpu: '0', used: 1024 * 2 ** 20, total: 81559 * 2 ** 20 },
    { gpu: '1', used: 0, total: 81559 * 2 ** 20 },
  ])
})

test.each(['', 'NVIDIA-SMI has failed', '0, [N/A], [N/A]', '0; 1; 2'])('what is no such line says nothing: %j', (text) => {
  expect(parseGpuMemory(text)).toEqual([])
})

test.skipIf(existsSync('/proc/driver/nvidia/version') || existsSync('/dev/dxg'))('without a driver nothing is said', async () => {
  expect(await readGpuMemory()).toEqual([])
})
