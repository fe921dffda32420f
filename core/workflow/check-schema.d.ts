/** What ajv says about one place that breaks the schema. */
export interface SchemaError {
  readonly instancePath: string
  readonly keyword: string
  readonly message?: string
  readonly params: Readonly<Record<string, unknown>>
}

/** Checks a value against workflow.schema.json; the errors of the last call are in `validate.errors`. */
declare const validate: { (value: unknown): boolean; errors: readonly SchemaError[] | null }
export default validate
