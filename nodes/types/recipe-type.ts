import { defineType } from '../../core/types/index.ts'
import type { ValueType } from '../../core/types/index.ts'

/** A value type for recipes: plain data that says how to make a model, told apart by its `kind`. Stored as JSON. */
export function recipeType<T extends { readonly kind: string }>(id: string, kind: T['kind']): ValueType<T> {
  const check = (value: unknown): value is T => typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind
  return defineType<T>({
    id,
    check,
    // ApplyLoRA's optional output may hold none: the engine then asks for the size of undefined
    bytes: (recipe: T | undefined) => recipe === undefined ? 0 : 2 * JSON.stringify(recipe).length,
    store: {
      write: (recipe) => new TextEncoder().encode(JSON.stringify(recipe)),
      read: (bytes) => {
        const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
        if (!check(value)) throw new TypeError(`the stored value is no ${id}`)
        return value
      },
    },
  })
}
