import type { KindRunner } from './case.ts'

/** Every kind of case that can be run, loaded when a case asks for it. */
export const KINDS: ReadonlyMap<string, () => Promise<{ run: KindRunner }>> = new Map([
  ['autoencoder-kl', () => import('./kinds/autoencoder-kl.ts')],
  ['caption-cleaning', () => import('./kinds/caption-cleaning.ts')],
  ['checkpoint-override', () => import('./kinds/checkpoint-override.ts')],
  ['lora', () => import('./kinds/lora.ts')],
  ['motion-module', () => import('./kinds/motion-module.ts')],
  ['pipeline', () => import('./kinds/pipeline.ts')],
  ['pixart-2d', () => import('./kinds/pixart-2d.ts')],
  ['rng', () => import('./kinds/rng.ts')],
  ['scheduler', () => import('./kinds/scheduler.ts')],
  ['t5-encoder', () => import('./kinds/t5-encoder.ts')],
  ['t5-tokenizer', () => import('./kinds/t5-tokenizer.ts')],
  ['transformer3d', () => import('./kinds/transformer3d.ts')],
])

/** Kinds whose code comes with a later issue: printed, neither passed nor failed. */
export const LATER: ReadonlySet<string> = new Set(['training'])
