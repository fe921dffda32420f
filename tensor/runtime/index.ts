export type {
  Device, DeviceKind, DeviceMemory, DeviceOptions, RunOptions, RunResult, Session, SessionOptions, TensorRef,
} from './device.ts'
export { DeviceError, MemoryError } from './error.ts'
export { availableMemory, privateMemory } from './memory.ts'
export { openDevice, openDeviceThread } from './open-device.ts'
export { planHolding, type HoldingNeeds, type HoldingPlan } from './plan-holding.ts'
export { probeDevices, type DeviceReport } from './probe.ts'
export { useSoftwareGpu } from './software-gpu.ts'
