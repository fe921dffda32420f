/** Holds schemas to the types that the rest of the server uses: a field that only one side has does not compile. */
import { Type, type Static, type TSchema, type TUnsafe } from '@sinclair/typebox'

type Frozen<T> = T extends readonly (infer I)[] ? readonly Frozen<I>[] : T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T
/** With all that may be left out, so that a field which one side does not know at all is seen. */
type Whole<T> = T extends readonly (infer I)[] ? readonly Whole<I>[] : T extends object ? { readonly [K in keyof T]-?: Whole<T[K]> } : T
type Fit<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type Same<A, B> = Fit<Frozen<A>, Frozen<B>> extends true ? Fit<Whole<A>, Whole<B>> : false

/** A schema whose type is `T`, where its own is the same but for `readonly`: `typed<Job>()(Type.Object({ … }))`. */
export const typed = <T>() => <S extends TSchema>(
  schema: S & (Same<Static<S>, T> extends true ? unknown : { readonly differs: [Frozen<Static<S>>, Frozen<T>] }),
): TUnsafe<T> => Type.Unsafe<T>(schema)

/** A schema that says less than the type: values that another part of the program checks. */
export const loose = <T>(schema: TSchema): TUnsafe<T> => Type.Unsafe<T>(schema)

/** One of several words. */
export const oneOf = <const W extends readonly string[]>(words: W, description?: string): TUnsafe<W[number]> =>
  Type.Unsafe<W[number]>(Type.String({
    enum: words, pattern: `^(?:${words.join('|')})$`,
    expects: `one of ${words.map((word) => JSON.stringify(word)).join(', ')}`, ...(description !== undefined && { description }),
  }))
