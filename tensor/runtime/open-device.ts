import type { Device, DeviceKind, DeviceOptions } from './device.ts'
import { DeviceError } from './error.ts'
import { HostedDevice } from './hosted-device.ts'
import { OrtHost } from './ort-host.ts'
import { loadOrt } from './ort.ts'
import { missingFor } from './provider.ts'
import { RemoteHost } from './remote-host.ts'
import { prepareWebGpu } from './software-gpu.ts'
import { threadEntry } from './thread-entry.ts'

/** Opens a device that runs ONNX Runtime in this thread, which its runs block: for tests, goldens and benchmarks. */
export async function openDevice(kind: DeviceKind, options: DeviceOptions = {}): Promise<Device> {
  check(kind)
  loadOrt()
  return new HostedDevice(new OrtHost(kind, options))
}

/**
 * Opens a device that runs ONNX Runtime in a thread of its own. It returns as soon as the thread is started, which then
 * loads ONNX Runtime by itself: open it first, do the rest of the start-up meanwhile.
 */
export async function openDeviceThread(kind: DeviceKind, options: DeviceOptions = {}): Promise<Device> {
  check(kind)
  return new HostedDevice(new RemoteHost(kind, options, await threadEntry()))
}

/** Throws DeviceError for a device that is known to be missing. */
function check(kind: DeviceKind): void {
  if (kind === 'webgpu') prepareWebGpu()
  const missing = missingFor(kind)
  if (missing) throw new DeviceError({ problem: `device ${kind}: ${missing.problem}`, remedy: missing.remedy })
}
