/** What is known of pictures before anything runs: how many there are, and their height and width. */
import type { Complaint, FactsContext, JsonObject } from '../core/types/index.ts'
import { checkShape } from '../media/index.ts'
import { complaintsOf, numberOf } from './facts.ts'

/** The facts of an IMAGE, a MASK or a VIDEO, as far as they are known. */
export interface KnownImage {
  readonly frames?: number | undefined
  readonly height?: number | undefined
  readonly width?: number | undefined
}

export const knownImage = (facts: JsonObject | undefined): KnownImage =>
  ({ frames: numberOf(facts, 'frames'), height: numberOf(facts, 'height'), width: numberOf(facts, 'width') })

/** The size of pictures, where both sides are known. */
export function knownSize(facts: JsonObject | undefined): { readonly height: number; readonly width: number } | undefined {
  const { height, width } = knownImage(facts)
  return height === undefined || width === undefined ? undefined : { height, width }
}

/**
 * What a `facts` hook says of pictures that come out.
 * @param input the one to complain about where they would be larger than pictures can be
 */
export function imageAnswer<I extends string, O extends string>(
  input: I, output: O, image: KnownImage,
): { outputs: Record<O, JsonObject | undefined>; complaints: Complaint<I>[] } {
  const { frames, height, width } = image
  const complaints = complaintsOf(input, [() => {
    if (frames === undefined && (height === undefined || width === undefined)) return
    const least = { channels: 3, dtype: 'u8' } as const
    checkShape({ count: frames ?? 1, height: height ?? 1, width: width ?? 1, ...least })
  }])
  const isKnown = (entry: [string, number | undefined]): entry is [string, number] => entry[1] !== undefined
  const known = Object.entries({ frames, height, width }).filter(isKnown)
  const facts = known.length === 0 || complaints.length > 0 ? undefined : Object.fromEntries(known)
  // A computed name is any text to the compiler.
  return { outputs: { [output]: facts } as Record<O, JsonObject | undefined>, complaints }
}

/** The `facts` hook of nodes whose pictures are as many and as large as those that come in. */
export const keepsImage = <I extends string, O extends string>(input: I, output: O) =>
  (_: object, { facts }: FactsContext) => imageAnswer(input, output, knownImage(facts[input]))

/** The `facts` hook of nodes whose pictures are as large as those that come in. */
export const keepsSize = <I extends string, O extends string>(input: I, output: O) =>
  (_: object, { facts }: FactsContext) =>
    imageAnswer(input, output, { ...knownImage(facts[input]), frames: undefined })
