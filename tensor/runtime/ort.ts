import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'

import type { InferenceSession } from 'onnxruntime-node'

import type { DeviceKind, SessionOptions } from './device.ts'
import { DeviceError, runtimeMessage } from './error.ts'
import type { HostModel } from './host.ts'
import { remedyFor } from './provider.ts'

type Ort = typeof import('onnxruntime-node')

let loaded: Ort | undefined

/** ONNX Runtime, loaded when first asked for (54 ms): a terminal or server process that never asks never pays. */
export function loadOrt(): Ort {
  if (loaded) return loaded
  try {
    const ort: Ort = createRequire(import.meta.url)('onnxruntime-node')
    ort.env.logLevel = 'fatal' // what it says on stderr is in its exceptions too; people read our messages there
    keepHalvesAsUint16(ort)
    return (loaded = ort)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : cause
    throw new DeviceError({
      problem: `ONNX Runtime can't be loaded on ${process.platform}-${process.arch} (${reason})`,
      remedy: 'Run `npm install`; `kinograph doctor` checks the rest.',
      cause,
    })
  }
}

/**
 * Where JavaScript has Float16Array (Node 24), ONNX Runtime 1.30's wrapper turns float16 inputs into one, whose content
 * its native part then can't see ("expected 4, got 0"). The wrapper looks for Float16Array once, at its first tensor.
 */
function keepHalvesAsUint16(ort: Ort): void {
  const had = Object.getOwnPropertyDescriptor(globalThis, 'Float16Array')
  if (!had) return
  Reflect.deleteProperty(globalThis, 'Float16Array')
  try {
    void new ort.Tensor('float16', new Uint16Array(1), [1])
  } finally {
    Object.defineProperty(globalThis, 'Float16Array', had)
  }
}

/** Threads of one operator: KINOGRAPH_THREADS, else the processors that this process may use. */
export function defaultThreads(): number {
  const set = Number(process.env['KINOGRAPH_THREADS'])
  return Number.isInteger(set) && set > 0 ? set : availableParallelism()
}

const LEVELS = { all: 'all', basic: 'basic', none: 'disabled' } as const

/** ONNX Runtime's options for a session of ours. */
export function ortOptions(
  kind: DeviceKind,
  { externalRoot, prepack }: HostModel,
  options: SessionOptions,
  threads: number,
): InferenceSession.SessionOptions {
  const { profile, optimise = 'all', varyingShapes = false } = options
  return {
    executionProviders: kind === 'cpu' ? ['cpu'] : [kind, 'cpu'],
    graphOptimizationLevel: LEVELS[optimise],
    enableCpuMemArena: !varyingShapes,
    enableMemPattern: !varyingShapes,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 4,
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
    extra: {
      session: {
        // Threads that wait in a loop take the cores from the encoder, the other sessions and other programs: beside two
        // busy processes a step of the tiny model took 147 ms with it and 37 without, and sessions 40 ms longer to make.
        intra_op: { allow_spinning: '0' },
        ...(externalRoot === null ? {} : { model_external_initializers_file_folder_path: externalRoot }),
        ...(prepack ? {} : { disable_prepacking: '1' }),
      },
    },
  }
}

/** Makes a session. Throws DeviceError with the useful part of ONNX Runtime's message. */
export async function createOrtSession(
  kind: DeviceKind,
  key: string,
  model: HostModel,
  options: SessionOptions,
  threads: number,
): Promise<InferenceSession> {
  try {
    return await loadOrt().InferenceSession.create(model.bytes, ortOptions(kind, model, options, threads))
  } catch (cause) {
    if (cause instanceof DeviceError) throw cause
    const message = runtimeMessage(cause)
    throw new DeviceError({
      problem: `the model "${key}" can't be made on ${kind}: ${message}`,
      cause,
      remedy:
        kind === 'cpu' ? 'Check that its weights files are as they were when it was opened.' : remedyFor(kind, message),
    })
  }
}
