/** What ajv says about one place that breaks the schema, and what stands there. */
export interface ConfigSchemaError {
  readonly instancePath: string
  readonly keyword: string
  readonly message?: string
  readonly params: Readonly<Record<string, unknown>>
  readonly data?: unknown
  readonly parentSchema?: { readonly properties?: Readonly<Record<string, unknown>> }
}

/** Checks a value against config.schema.json; the errors of the last call are in `validate.errors`. */
declare const validate: { (value: unknown): boolean; errors: readonly ConfigSchemaError[] | null }
export default validate
