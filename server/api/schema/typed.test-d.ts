/** Schemas and types that differ do not compile. Checked by tsc; nothing runs. */
import { Type } from '@sinclair/typebox'
import { typed } from './typed.ts'

interface Row { readonly id: string; readonly tags: readonly string[]; readonly size?: number }

export const same = typed<Row>()(Type.Object({ id: Type.String(), tags: Type.Array(Type.String()), size: Type.Optional(Type.Number()) }))
// @ts-expect-error a field is missing
export const less = typed<Row>()(Type.Object({ id: Type.String(), tags: Type.Array(Type.String()) }))
// @ts-expect-error a field is of another type
export const other = typed<Row>()(Type.Object({ id: Type.Number(), tags: Type.Array(Type.String()), size: Type.Optional(Type.Number()) }))
// @ts-expect-error a field may not be left out
export const must = typed<Row>()(Type.Object({ id: Type.String(), tags: Type.Array(Type.String()), size: Type.Number() }))
