import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { sym } from '../graph/dim.ts'
import { Graph, type BuiltModel } from '../graph/graph.ts'
import { add, matMul, mul } from '../ops/index.ts'
import type { TensorData } from '../graph/dtype.ts'
import { openCheckpoint } from '../weights/open.ts'
import { torchSave } from '../weights/torch-save.fixture.ts'
import { writeSafetensors } from '../weights/write-safetensors.ts'
import type { Device, DeviceOptions } from './device.ts'
import { openDevice, openDeviceThread } from './open-device.ts'
import { RemoteHost } from './remote-host.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinograph-device-'))
})
afterAll(() => rm(folder, { recursive: true }))

const floats = (shape: readonly number[], ...values: number[]): TensorData => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
})

/** y = 2x + z */
function affine(): BuiltModel {
  const g = new Graph()
  const x = g.input('x', 'float32', [sym('n'), 3])
  const z = g.input('z', 'float32', [3])
  g.output('y', add(g, mul(g, x, g.constant(2)), z))
  g.output('x2', mul(g, x, x))
  return g.toModel()
}

/** y = x·w with w [size, size] inside the model, so that the session takes memory. */
function square(size: number): BuiltModel {
  const g = new Graph()
  const x = g.input('x', 'float32', [1, size])
  g.output('y', matMul(g, x, g.constant(new Float32Array(size * size).fill(1), [size, size])))
  return g.toModel()
}

const devices: Device[] = []
afterEach(async () => {
  await Promise.all(devices.splice(0).map((device) => device.close()))
})

describe.each([
  ['in this thread', openDevice],
  ['in its own thread', openDeviceThread],
])('a device %s', (_, openIt) => {
  async function open(options?: DeviceOptions) {
    const device = await openIt('cpu', options)
    devices.push(device)
    return device
  }

  test("runs a model, and leaves the caller's arrays usable", async () => {
    const session = await (await open()).session('affine', affine)
    const x = floats([2, 3], 1, 2, 3, 4, 5, 6)
    for (let run = 0; run < 2; run++) {
      const { outputs, kept } = await session.run({ x, z: floats([3], 10, 20, 30) })
      expect(outputs['y']).toEqual(floats([2, 3], 12, 24, 36, 18, 30, 42))
      expect(outputs['x2']).toEqual(floats([2, 3], 1, 4, 9, 16, 25, 36))
      expect(kept).toEqual({})
    }
    expect(x.data).toHaveLength(6)
  })

  test('gives only the outputs asked for', async () => {
    const session = await (await open()).session('affine', affine)
    const { outputs } = await session.run({ x: floats([1, 3], 1, 2, 3), z: floats([3], 0, 0, 0) }, { outputs: ['x2'] })
    expect(Object.keys(outputs)).toEqual(['x2'])
  })

  test('keeps outputs and stored tensors on its side', async () => {
    const device = await open()
    const session = await device.session('affine', affine)
    const mine = Float32Array.of(1, 1, 1)
    const { z } = await device.store({ z: { dtype: 'float32', shape: [3], data: mine } })
    mine.fill(99) // the stored copy is its own
    const first = await session.run({ x: floats([1, 3], 1, 2, 3), z }, { outputs: [], keep: ['y'] })
    expect(first.outputs).toEqual({})
    expect(first.kept['y']).toMatchObject({ dtype: 'float32', shape: [1, 3] })
    const second = await session.run({ x: first.kept['y']!, z }, { outputs: ['y'] })
    expect(second.outputs['y']).toEqual(floats([1, 3], 7, 11, 15))
    expect(await device.fetch(z)).toEqual(floats([3], 1, 1, 1))
    device.release([z, first.kept['y']!])
    await expect(session.run({ x: floats([1, 3], 1, 2, 3), z })).rejects.toThrow(/was released/)
  })

  test('takes and gives every element type that the runtime has', async () => {
    const device = await open()
    const types: [TensorData['dtype'], TensorData['data']][] = [
      ['float32', Float32Array.of(1.5, -2)],
      ['float64', Float64Array.of(1.5, -2)],
      ['float16', Uint16Array.of(0x3c00, 0xc000)],
      ['int8', Int8Array.of(1, -2)],
      ['uint8', Uint8Array.of(1, 255)],
      ['int32', Int32Array.of(1, -2)],
      ['int64', BigInt64Array.of(1n, -2n)],
      ['bool', Uint8Array.of(1, 0)],
    ]
    for (const [dtype, data] of types) {
      const session = await device.session(`identity ${dtype}`, () => {
        const g = new Graph()
        g.output('y', g.input('x', dtype, [2]))
        return g.toModel()
      })
      const { outputs } = await session.run({ x: { dtype, shape: [2], data } })
      expect(outputs['y']).toEqual({ dtype, shape: [2], data })
    }
  })

  test('builds a session once, also for two who ask at the same time', async () => {
    const device = await open()
    let built = 0
    const build = () => {
      built++
      return affine()
    }
    await Promise.all([device.session('a', build), device.session('a', build)])
    await device.session('a', build)
    expect(built).toBe(1)
  })

  test('says how long it took to make a session, once for each', async () => {
    const device = await open()
    const made: number[] = []
    device.onSession = (seconds) => made.push(seconds)
    await Promise.all([device.session('a', affine), device.session('a', affine)])
    await device.session('a', affine)
    expect(made).toHaveLength(1)
    await device.putOut()
    await device.session('a', affine)
    await expect(device.session('b', () => { throw new Error('no') })).rejects.toThrow('no')
    expect(made).toHaveLength(2)
    expect(made.every((seconds) => seconds > 0)).toBe(true)
  })

  test('a build that fails is tried again by the next who asks', async () => {
    const device = await open()
    await expect(
      device.session('a', () => {
        throw new Error('no such weight')
      }),
    ).rejects.toThrow('no such weight')
    await device.session('a', affine)
  })

  test('puts out the least recently used session when memory is short, and builds it again when it runs', async () => {
    const size = 512 // 1 MB of weights, twice: in the model and packed
    const device = await open({ memoryBudget: 8e6 })
    let built = 0
    const build = () => {
      built++
      return square(size)
    }
    const first = await device.session('first', build)
    for (const key of ['b', 'c', 'd', 'e']) await device.session(key, () => square(size))
    const { resident, budget, sessions } = await device.memory()
    expect(resident).toBeLessThanOrEqual(budget)
    expect(sessions.map(({ key }) => key)).not.toContain('first')
    expect(sessions.at(-1)?.key).toBe('e')
    const { outputs } = await first.run({
      x: { dtype: 'float32', shape: [1, size], data: new Float32Array(size).fill(1) },
    })
    expect(outputs['y']?.data[0]).toBe(size)
    expect(built).toBe(2)
  })

  test("refuses a model that can't fit, with the numbers", async () => {
    const device = await open({ memoryBudget: 1e6 })
    await expect(device.session('large', () => square(1024))).rejects.toMatchObject({
      name: 'MemoryError',
      needed: expect.any(Number),
      available: 1e6,
      message: expect.stringMatching(
        /the model "large" needs 9 MB of private memory, there are 1 MB\. Hold its weights/,
      ),
    })
  })

  test('weights that lie in a file are read from there', async () => {
    const path = join(folder, 'weights.safetensors')
    await writeSafetensors(path, new Map([['w', floats([3], 5, 6, 7)]]))
    const { entries } = await openCheckpoint(path)
    const session = await (
      await open()
    ).session('mapped', () => {
      const g = new Graph()
      g.keepMapped()
      g.output('y', add(g, g.input('x', 'float32', [3]), g.initializer('w', entries.get('w')!)))
      return g.toModel()
    })
    const { outputs } = await session.run({ x: floats([3], 1, 1, 1) })
    expect(outputs['y']).toEqual(floats([3], 6, 7, 8))
  })

  test('weights in a torch file are read from there, at any offset', async () => {
    const path = join(folder, 'weights.bin')
    await writeFile(
      path,
      torchSave({ odd: { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) }, w: floats([3], 5, 6, 7) }),
    )
    const { entries } = await openCheckpoint(path)
    expect(entries.get('w')!.offset % 4).not.toBe(0)
    const session = await (
      await open()
    ).session('mapped', () => {
      const g = new Graph()
      g.keepMapped()
      g.output('y', add(g, g.input('x', 'float32', [3]), g.initializer('w', entries.get('w')!)))
      return g.toModel()
    })
    expect((await session.run({ x: floats([3], 1, 1, 1) })).outputs['y']).toEqual(floats([3], 6, 7, 8))
  })

  test('writes a profile', async () => {
    const session = await (await open()).session('affine', affine, { profile: join(folder, 'affine') })
    await session.run({ x: floats([1, 3], 1, 2, 3), z: floats([3], 0, 0, 0) })
    expect(await session.endProfile()).toMatch(/affine_.*\.json$/)
  })

  test.each([
    [
      'a missing input',
      { x: floats([1, 3], 1, 2, 3) },
      'model "affine", input "z" is missing. Feed it as the model declares it.',
    ],
    [
      'a wrong shape',
      { x: floats([1, 2], 1, 2), z: floats([3], 0, 0, 0) },
      'model "affine", input "x": expected float32 [n, 3], got float32 [1, 2]. Feed it as the model declares it.',
    ],
    [
      'a wrong type',
      { x: { dtype: 'int32', shape: [1, 3], data: new Int32Array(3) }, z: floats([3], 0, 0, 0) },
      'model "affine", input "x": expected float32 [n, 3], got int32 [1, 3]. Feed it as the model declares it.',
    ],
    [
      'an unknown input',
      { x: floats([1, 3], 1, 2, 3), z: floats([3], 0, 0, 0), w: floats([1], 0) },
      'model "affine", there is no input "w"; it has x, z. Feed it as the model declares it.',
    ],
    [
      'too few elements',
      { x: floats([1, 3], 1, 2), z: floats([3], 0, 0, 0) },
      '"x": [1, 3] has 3 elements, 2 were given. Give as many as the shape has.',
    ],
  ] satisfies [string, Record<string, TensorData>, string][])('refuses %s', async (_, feeds, message) => {
    const session = await (await open()).session('affine', affine)
    await expect(session.run(feeds)).rejects.toMatchObject({ name: 'DeviceError', message })
  })

  test("refuses an output that isn't there", async () => {
    const session = await (await open()).session('affine', affine)
    await expect(
      session.run({ x: floats([1, 3], 1, 2, 3), z: floats([3], 0, 0, 0) }, { outputs: ['q'] }),
    ).rejects.toThrow('model "affine": there is no output "q". It has y, x2.')
  })

  test('says what is wrong with a broken model', async () => {
    const device = await open()
    const broken = { ...affine(), bytes: Uint8Array.of(1, 2, 3) }
    await expect(device.session('broken', () => broken)).rejects.toMatchObject({
      name: 'DeviceError',
      message: expect.stringContaining('the model "broken" can\'t be made on cpu'),
    })
  })

  test('close lets a run end first; later calls are refused', async () => {
    const device = await open()
    const session = await device.session('affine', affine)
    const running = session.run({ x: floats([1, 3], 1, 2, 3), z: floats([3], 0, 0, 0) })
    await device.close()
    expect((await running).outputs['y']).toEqual(floats([1, 3], 2, 4, 6))
    await expect(device.memory()).rejects.toThrow('the device was closed')
    await device.close()
  })
})

test("a run in the device's own thread leaves this one free", async () => {
  const device = await openDeviceThread('cpu')
  devices.push(device)
  const session = await device.session('large', () => square(1024))
  const running = session
    .run({ x: { dtype: 'float32', shape: [1, 1024], data: new Float32Array(1024) } })
    .then(() => 'run')
  const free = new Promise<string>((resolve) => setImmediate(() => setImmediate(() => resolve('free'))))
  expect(await Promise.race([running, free])).toBe('free')
  expect(await running).toBe('run')
})

test('a thread that breaks fails what waits for it and what comes later', async () => {
  const host = new RemoteHost('cpu', {}, new URL('data:text/javascript,throw new Error("no such library")'))
  await expect(host.memory()).rejects.toMatchObject({
    name: 'DeviceError',
    problem: "the device's thread ended: no such library",
  })
  await expect(host.has('x')).rejects.toThrow(/no such library/)
  await host.close()
})
