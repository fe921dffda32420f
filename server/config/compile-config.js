/**
 * Compiles config.schema.json to check-config.js with ajv, so that nothing imports ajv when a server starts.
 * Run it after a change of the schema: `node server/config/compile-config.js`. The result is committed; a test checks.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'

const schema = new URL('config.schema.json', import.meta.url)
const target = new URL('check-config.js', import.meta.url)
const BANNER = '// Made from config.schema.json by compile-config.js: change the schema.\n/* oxlint-disable */\n'

/** The code of a self-contained module whose default export checks a value against the schema. */
export function compileConfig() {
  // unicode: false counts code units, which needs no helper from ajv's run-time library.
  const ajv = new Ajv({ allErrors: true, verbose: true, unicode: false, logger: false, code: { source: true, esm: true } })
  return `${BANNER}${standalone.default(ajv, ajv.compile(JSON.parse(readFileSync(schema, 'utf8'))))}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, compileConfig())
