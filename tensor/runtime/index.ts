export type {
  Device, DeviceKind, DeviceMemory, DeviceOptions, RunOptions, RunResult, Session, SessionOptions, TensorRef,
} from './device.ts'
export { DeviceError, MemoryError } from './error.ts'
export { availableMemory, privateMemory } from './memory.ts'
export { openDevice, openDeviceThread } from './open-device.ts'
