import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'

import { Graph } from '../graph/graph.ts'
import { add } from '../ops/index.ts'
import type { DeviceKind } from './device.ts'
import { runtimeMessage } from './error.ts'
import { defaultThreads } from './ort.ts'
import { missingFor, remedyFor, runtimeFolder } from './provider.ts'
import { prepareWebGpu, vulkanLoaders } from './software-gpu.ts'

/** What `kinograph doctor` says about a device. */
export interface DeviceReport {
  readonly kind: DeviceKind
  readonly available: boolean
  /** What is there, or what is missing. */
  readonly detail: string
  /** The command or step that mends it; null where nothing is to mend. */
  readonly remedy: string | null
}

const KINDS: readonly DeviceKind[] = ['cpu', 'cuda', 'webgpu']

/** Tries each device by running one operator on it, in a process of its own: a driver that crashes is reported too. */
export const probeDevices = (): Promise<DeviceReport[]> => Promise.all(KINDS.map(probe))

async function probe(kind: DeviceKind): Promise<DeviceReport> {
  const missing = missingFor(kind)
  const failure = missing?.problem ?? (await tryToRun(kind))
  if (failure === null) return { kind, available: true, detail: detailOf(kind), remedy: null }
  return { kind, available: false, detail: failure, remedy: missing?.remedy ?? remedyFor(kind, failure) }
}

function detailOf(kind: DeviceKind): string {
  const runtime = `ONNX Runtime ${runtimeVersion()}`
  if (kind === 'cpu') return `${runtime}, ${defaultThreads()} threads`
  return kind === 'cuda'
    ? `${runtime} with its CUDA provider`
    : `${runtime}, Dawn on ${process.platform === 'linux' ? 'Vulkan' : "the system's graphics API"}`
}

function runtimeVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('onnxruntime-node/package.json')
  return typeof manifest === 'object' && manifest && 'version' in manifest
    ? String(manifest.version)
    : 'of unknown version'
}

/** Runs x + x on a device; what went wrong, or null. */
async function tryToRun(kind: DeviceKind): Promise<string | null> {
  const g = new Graph()
  const x = g.input('x', 'float32', [1])
  g.output('y', add(g, x, x))
  const model = Buffer.from(g.toModel().bytes).toString('base64')
  if (kind === 'webgpu') prepareWebGpu() // names the driver that the process below inherits
  const script = `
    ${JSON.stringify(kind === 'webgpu' ? vulkanLoaders() : [])}.some((library) => {
      try { process.dlopen({ exports: {} }, library, 0x1002) } catch (e) { return !e.message.includes('cannot open') }
    })
    const ort = require(${JSON.stringify(runtimeFolder())})
    ort.env.logLevel = 'fatal'
    const options = { executionProviders: ['${kind}'], logSeverityLevel: 4 }
    ort.InferenceSession.create(Buffer.from('${model}', 'base64'), options)
      .then((session) => session.run({ x: new ort.Tensor('float32', [1], [1]) }))
      .then(() => process.stdout.write('it runs'), (error) => process.stdout.write(error.message))`
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { timeout: 60_000 })
    return stdout === 'it runs' ? null : runtimeMessage(stdout)
  } catch (error) {
    return `the process that tried it crashed (${error instanceof Error ? error.message.split('\n')[0] : error})`
  }
}
