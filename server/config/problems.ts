/** What is wrong with a server's settings, in words. */
import { shortText } from '../../core/types/json.ts'
import { closest } from '../../core/workflow/suggest.ts'
import type { ConfigSchemaError } from './check-config.js'

/** Settings that can't be used: the message has one line for each, and says what to write instead. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** `queue.limit: expected a whole number, got "many".` */
export function schemaProblem({ instancePath, keyword, params, message = 'it is not allowed', data, parentSchema }: ConfigSchemaError): string {
  const at = placeOf(instancePath)
  if (keyword === 'additionalProperties') return unknownSetting(at, String(params['additionalProperty']), Object.keys(parentSchema?.properties ?? {}))
  if (keyword === 'required') return `${at || 'the file'}: "${String(params['missingProperty'])}" is missing. Add it.`
  // What stands among tokens may be one.
  const came = at.startsWith('tokens') ? '' : `, got ${shortText(data)}`
  return `${at || 'the file'}: ${expectation(keyword, params, message)}${came}.`
}

function expectation(keyword: string, params: ConfigSchemaError['params'], message: string): string {
  if (keyword === 'enum' && Array.isArray(params['allowedValues'])) {
    return `expected one of ${params['allowedValues'].map((one) => JSON.stringify(one)).join(', ')}`
  }
  if (keyword === 'type') return `expected ${TYPES[String(params['type'])] ?? String(params['type'])}`
  if (keyword === 'uniqueItems') return 'expected each only once'
  return message.replace(/^must be/, 'expected').replace(/^must/, 'it must')
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text', integer: 'a whole number', number: 'a number', boolean: 'true or false', array: 'a list', object: 'an object',
}

function unknownSetting(at: string, name: string, known: readonly string[]): string {
  const near = closest(name, known)
  const remedy = near === undefined ? `There are: ${known.filter((one) => one !== '$schema').join(', ')}.` : `Did you mean "${near}"?`
  return `${at === '' ? '' : `${at}: `}there is no setting ${JSON.stringify(name.slice(0, 80))}. ${remedy}`
}

/** `/tokens/0/scopes` as `tokens[0].scopes`. */
function placeOf(pointer: string): string {
  return pointer.slice(1).replace(/\/(\d+)(?=\/|$)/g, '[$1]').replaceAll('/', '.')
}
