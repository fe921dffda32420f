/** Ids of nodes that the editor makes: readable, and unique in their graph. */
import { SUBGRAPH_INPUTS, subgraphIdOf } from '../../core/workflow/workflow.ts'
import { SUBGRAPH_OUTPUTS } from './scene.ts'

/** A check of a workflow refuses ids that are longer than 200; room is left for numbers. */
const LONGEST = 80

/** `TextEncode` as `text_encode`, `LoadVAE` as `load_vae`, `LoadDiT` as `load_dit`. */
export function snakeCase(type: string): string {
  const parted = type
    .replace(/(\p{Ll})(\p{Lu})(?!$)|(\p{N})(\p{Lu})/gu, '$1$3_$2$4')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll}{2})/gu, '$1_$2')
  const snake = parted.replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_+|_+$/g, '').toLowerCase()
  return [...snake].slice(0, LONGEST).join('') || 'node'
}

/** An id for a node of a type that no node of the graph has: `sampler`, then `sampler_2`. */
export function freeNodeId(type: string, taken: { has(id: string): boolean }): string {
  return freeName(snakeCase(subgraphIdOf(type) ?? type), taken)
}

/** A name that is not taken: the wish, or the wish with the first number that makes it free. The border's ids never are. */
export function freeName(wish: string, taken: { has(id: string): boolean }): string {
  const isTaken = (name: string) => taken.has(name) || name === SUBGRAPH_INPUTS || name === SUBGRAPH_OUTPUTS
  if (!isTaken(wish)) return wish
  const stem = wish.replace(/_\d{1,9}$/, '') || wish
  let number = 2
  while (isTaken(`${stem}_${number}`)) number++
  return `${stem}_${number}`
}
