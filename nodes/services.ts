/** What the host of a run (the worker, a test) lends to the built-in nodes. */
import { defineService } from '../core/types/index.ts'
import type { Workflow } from '../core/workflow/index.ts'
import type { EmbeddedMetadata } from '../media/index.ts'
import type { Device, DeviceKind } from '../tensor/index.ts'

/** The one device that models of this run live on. Opened by the first node that needs it. */
export interface DeviceService {
  readonly kind: DeviceKind
  open(): Promise<Device>
}
export const DEVICE = defineService<DeviceService>('device')

/** What a file says about its making: the workflow as it ran, seeds, hashes of the weights that it names. */
export interface Provenance {
  describe(workflow: Workflow, signal: AbortSignal): Promise<EmbeddedMetadata>
}
export const PROVENANCE = defineService<Provenance>('provenance')
