/**
 * A worker: one process that runs jobs. `node dist/worker/main.js DEVICE [PLUGINS]`, started by worker/client.ts; it speaks
 * worker/protocol.ts over its IPC channel. With a device named, its thread (which loads ONNX Runtime) starts first of all.
 */
import { openDeviceThread } from '../tensor/runtime/open-device.ts'
import type { DeviceKind } from '../tensor/runtime/device.ts'
import type { PluginSettings } from './protocol.ts'

const KINDS: readonly DeviceKind[] = ['cpu', 'cuda', 'webgpu']
const kind = KINDS.find((name) => name === process.argv[2])
const opening = kind && openDeviceThread(kind)
opening?.catch(() => {}) // whoever needs the device gets the reason

const plugins = process.argv[3]

const { serve } = await import('./serve.ts')
// The second argument was written by our parent: worker/client.ts.
serve(kind && opening ? new Map([[kind, opening]]) : new Map(), plugins ? JSON.parse(plugins) as PluginSettings : undefined)
