/** What the host of a run (the worker, a test) lends to the built-in nodes. */
import { defineService } from '../core/types/index.ts'
import type { NodePlace } from '../core/types/index.ts'
import type { Workflow } from '../core/workflow/index.ts'
import type { EmbeddedMetadata } from '../media/index.ts'
import type { Latent, ModelRecipe } from '../diffusion/index.ts'
import type { Device, DeviceKind } from '../tensor/index.ts'
import type { SavedFile } from './save/numbered.ts'

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

/** Takes the files that nodes save into the output folder. */
export interface Outputs {
  /**
   * Has a file written and gives it a name that no other has: `<prefix>_<number>.<extension>` below the output folder. The
   * n-th file of a node gets the same name however often its job is tried.
   * @param place the `place` of the node's context
   * @param write makes the file at the path that it is given
   */
  save(place: NodePlace, prefix: string, extension: string, write: (path: string) => Promise<unknown>): Promise<SavedFile>
}
export const OUTPUTS = defineService<Outputs>('outputs')

/** A sampler after one of its steps. */
export interface SamplerStep {
  readonly model: ModelRecipe
  /** Steps done, of how many. */
  readonly step: number
  readonly steps: number
  readonly shape: Latent['shape']
  /** Where the latents are headed, of this shape; worked out when it is asked for. */
  clean(): Float32Array
}

/** Shows people what samplers are about to make. */
export interface Previews {
  /** Takes a look, unless the last one is not long ago. Returns at once. */
  show(place: NodePlace, step: SamplerStep): void
}
export const PREVIEWS = defineService<Previews>('previews')
