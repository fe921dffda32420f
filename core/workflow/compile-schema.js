/**
 * Compiles workflow.schema.json to check-schema.js with ajv, so that nothing imports ajv at run time (115 ms).
 * Run it after a change of the schema: `node core/workflow/compile-schema.js`. The result is committed; a test checks.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'

const here = dirname(fileURLToPath(import.meta.url))
/**
 * ajv puts lists of errors together by copying them, so that 100,000 wrong inputs take minutes. They are appended
 * instead, and no more than anybody reads.
 */
const COPYING = /vErrors\.concat\((validate\d+\.errors)\)/g
const APPEND = `function append(list, more) {
  for (const error of more) if (list.length < 1000) list.push(error)
  return list
}`

const BANNER = '// Made from workflow.schema.json by compile-schema.js: change the schema.\n/* oxlint-disable */\n'

/** The code of a self-contained module whose default export checks a value against the schema. */
export function compileSchema() {
  const schema = JSON.parse(readFileSync(join(here, 'workflow.schema.json'), 'utf8'))
  // unicode: false counts code units, which needs no helper from ajv's run-time library.
  const options = { allErrors: true, unicode: false, allowUnionTypes: true, strictTypes: false, logger: false }
  const ajv = new Ajv({ ...options, code: { source: true, esm: true } })
  const code = standalone.default(ajv, ajv.compile(schema))
  return `${BANNER}${code.replace(COPYING, 'append(vErrors, $1)')}\n${APPEND}\n`
}

/** Writes check-schema.js beside the schema, when it would change. */
export function writeSchemaCheck() {
  const target = join(here, 'check-schema.js')
  const code = compileSchema()
  let current
  try {
    current = readFileSync(target, 'utf8')
  } catch {
    current = undefined
  }
  if (current !== code) writeFileSync(target, code)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeSchemaCheck()
