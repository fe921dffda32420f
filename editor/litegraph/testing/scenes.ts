/** Nodes of scenes for tests, by what matters in them. */
import type { SceneInput, SceneNode, SceneOutput } from '../../graph/scene.ts'
import type { Measure } from '../measure-text.ts'

/** Every sign is 7 units wide. */
export const measure: Measure = (text) => text.length * 7

export function inputOf(name: string, more: Partial<SceneInput> = {}): SceneInput {
  return { name, label: name, socket: 'LATENT', required: false, isDefault: false, hasSocket: true, ...more }
}

export function outputOf(name: string, more: Partial<SceneOutput> = {}): SceneOutput {
  return { name, key: name, label: name, socket: 'LATENT', ...more }
}

export function nodeOf(id: string, more: Partial<SceneNode> = {}): SceneNode {
  return {
    id, type: 'Sampler', kind: 'node', title: id, position: [0, 0], collapsed: false, pinned: false, isOutput: false, inputs: [], outputs: [], problems: [], ...more,
  }
}

export const NUMBER = { kind: 'number', whole: true, min: 1, max: 100, step: 1, slider: false, control: false } as const
export const SEED = { kind: 'seed', min: 0, max: 1000 } as const
export const PROMPT = { kind: 'text', multiline: true, secret: false, prompt: true } as const
