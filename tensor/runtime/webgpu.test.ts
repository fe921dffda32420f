import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { sym } from '../graph/dim.ts'
import { Graph } from '../graph/graph.ts'
import { matMul, softmax } from '../ops/index.ts'
import { openDevice, openDeviceThread } from './open-device.ts'
import { probeDevices } from './probe.ts'
import { useSoftwareGpu } from './software-gpu.ts'

const gpu = useSoftwareGpu()
const size = 64
const feeds = {
  x: {
    dtype: 'float32' as const,
    shape: [3, size],
    data: Float32Array.from({ length: 3 * size }, (_, i) => Math.cos(i)),
  },
}

function build() {
  const g = new Graph()
  const w = g.constant(
    Float32Array.from({ length: size * size }, (_, i) => Math.sin(i)),
    [size, size],
  )
  g.output('y', softmax(g, matMul(g, g.input('x', 'float32', [sym('n'), size]), w), -1))
  return g.toModel()
}

test.skipIf(!gpu).each([
  ['in this thread', openDevice],
  ['in its own thread', openDeviceThread],
])("webgpu %s agrees with the processor, on the GPU's own kernels", async (_, open) => {
  const folder = await mkdtemp(join(tmpdir(), 'kinograph-webgpu-'))
  const [cpu, webgpu] = [await open('cpu'), await open('webgpu')]
  const expected = await (await cpu.session('m', build)).run(feeds)
  const session = await webgpu.session('m', build, { profile: join(folder, 'm') })
  const found = await session.run(feeds)
  for (const [i, value] of expected.outputs['y']!.data.entries())
    expect(found.outputs['y']!.data[i]).toBeCloseTo(Number(value), 5)
  const events: { args: { op_name?: string; provider?: string } }[] = JSON.parse(
    await readFile((await session.endProfile())!, 'utf8'),
  )
  const where = events.filter(({ args }) => args.op_name).map(({ args }) => `${args.op_name} on ${args.provider}`)
  expect(where).toEqual(['MatMul on WebGpuExecutionProvider', 'Softmax on WebGpuExecutionProvider'])
  await Promise.all([cpu.close(), webgpu.close()])
  await rm(folder, { recursive: true })
})

test('the doctor tries each device, and says what mends one that is missing', async () => {
  const [cpu, cuda, webgpu] = await probeDevices()
  expect(cpu).toMatchObject({
    kind: 'cpu',
    available: true,
    detail: expect.stringMatching(/^ONNX Runtime \d+\.\d+\.\d+, \d+ threads$/),
    remedy: null,
  })
  for (const report of [cuda, webgpu])
    expect(report?.available ? report.remedy : typeof report?.remedy).toBe(report?.available ? null : 'string')
})
