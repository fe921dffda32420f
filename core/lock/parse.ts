import { parseWorkflow } from '../workflow/parse.ts'
import { readJson } from '../workflow/json-text.ts'
import type { Json } from '../types/json.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { LOCK_VERSION, type Lock, type LockedFile, type LockedNodeType, type LockedOutput, type LockedPlugin } from './lock.ts'
import { meaningHash } from './meaning.ts'
import type { Sample } from './sample.ts'

const REMEDY = 'Make it again with "kinograph lock".'

/**
 * Reads a lock from its text; nothing in it is trusted.
 * @param file what messages call it
 * @throws WorkflowError for what is no JSON, of a newer version, or breaks the form, with the place
 */
export function parseLock(text: string, file: string): Lock {
  try {
    return lockOf(new Place(readJson(text), ''))
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    const problems = error.problems.map((one) => ({ ...one, remedy: one.remedy ?? REMEDY, at: inFile(file, one.at) }))
    throw WorkflowError.ofProblems(problems, error.code)
  }
}

const inFile = (file: string, at: string | undefined) => (at ? `${file}, ${at}` : file)

function lockOf(lock: Place): Lock {
  refuseVersion(lock.field('version'))
  const settings = lock.field('settings')
  const outputs = lock.optional('outputs')
  const found: Lock = {
    version: LOCK_VERSION,
    settings: {
      set: settings.field('set').list((one) => one.text()),
      parameters: settings.field('parameters').record((one) => one.json()),
      until: settings.field('until').list((one) => one.text()),
    },
    device: lock.field('device').text(),
    environment: lock.field('environment').record((one) => one.text()),
    weights: lock.field('weights').record((one) => one.text()),
    models: lock.field('models').list(fileOf),
    files: lock.field('files').list(fileOf),
    plugins: lock.field('plugins').list(pluginOf),
    nodes: lock.field('nodes').list(nodeTypeOf),
    seeds: lock.field('seeds').list((one) => ({ ...placeOf(one), value: one.field('value').whole() })),
    prompts: lock.field('prompts').list((one) => ({ ...placeOf(one), text: one.field('text').text() })),
    sha256: lock.field('sha256').hash(),
    workflow: parseWorkflow(lock.field('workflow').json()),
    ...(outputs && { outputs: outputs.list(outputOf) }),
  }
  if (meaningHash(found.workflow) === found.sha256) return found
  throw lock.field('sha256').broken('it is not the hash of the workflow below it: one of the two was changed')
}

function refuseVersion(place: Place): void {
  const version = place.whole()
  if (version === LOCK_VERSION) return
  const isNewer = version > LOCK_VERSION
  throw new WorkflowError({
    code: 'unsupported_version', at: place.path,
    problem: isNewer
      ? `the lock was made by a newer kinograph: its version is ${version}, this one knows ${LOCK_VERSION}`
      : `there is no version ${version} of lock files`,
    remedy: isNewer ? 'Install the newest kinograph, or make the lock again.' : REMEDY,
  })
}

const placeOf = (one: Place) => ({ node: one.field('node').text(), input: one.field('input').text() })

const fileOf = (one: Place): LockedFile =>
  ({ file: one.field('file').text(), bytes: one.field('bytes').whole(), sha256: one.field('sha256').hash() })

function pluginOf(one: Place): LockedPlugin {
  const version = one.optional('version')?.text()
  return { name: one.field('name').text(), ...(version !== undefined && { version }), hash: one.field('hash').text() }
}

function nodeTypeOf(one: Place): LockedNodeType {
  const plugin = one.optional('plugin')?.text()
  return { type: one.field('type').text(), version: one.field('version').whole(), ...(plugin !== undefined && { plugin }) }
}

function outputOf(one: Place): LockedOutput {
  const [value, sample] = [one.optional('value')?.json(), one.optional('sample')]
  return {
    node: one.field('node').text(), output: one.field('output').text(), type: one.field('type').text(),
    bytes: one.field('bytes').whole(), sha256: one.field('sha256').hash(),
    ...(value !== undefined && { value }), ...(sample && { sample: sampleAt(sample) }),
  }
}

function sampleAt(one: Place): Sample {
  const peak = one.optional('peak')?.number()
  return { count: one.field('count').whole(), ...(peak !== undefined && { peak }), values: one.field('values').base64() }
}

/** A value in a lock, and where it stands. */
class Place {
  readonly path: string
  readonly #value: unknown

  constructor(value: unknown, path: string) {
    this.#value = value
    this.path = path
  }

  field(name: string): Place {
    const found = this.optional(name)
    if (found) return found
    throw this.broken(`the field "${name}" is missing`)
  }

  optional(name: string): Place | undefined {
    const record = this.#record()
    const path = this.path === '' ? name : `${this.path}.${name}`
    return Object.hasOwn(record, name) ? new Place(Reflect.get(record, name), path) : undefined
  }

  list<T>(read: (one: Place) => T): T[] {
    if (!Array.isArray(this.#value)) throw this.#expected('a list')
    return this.#value.map((one: unknown, index) => read(new Place(one, `${this.path}[${index}]`)))
  }

  record<T>(read: (one: Place) => T): Readonly<Record<string, T>> {
    return Object.fromEntries(Object.keys(this.#record()).map((name) => [name, read(this.field(name))]))
  }

  text(): string {
    if (typeof this.#value !== 'string') throw this.#expected('a text')
    return this.#value
  }

  number(): number {
    if (typeof this.#value !== 'number') throw this.#expected('a number')
    return this.#value
  }

  whole(): number {
    if (!Number.isSafeInteger(this.#value) || this.number() < 0) throw this.#expected('a whole number from 0')
    return this.number()
  }

  hash(): string {
    if (!/^[0-9a-f]{64}$/.test(this.text())) throw this.#expected('64 hex digits')
    return this.text()
  }

  base64(): string {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(this.text())) throw this.#expected('base64')
    return this.text()
  }

  json(): Json {
    return this.#value as Json // out of JSON text
  }

  broken(problem: string): WorkflowError {
    return new WorkflowError({ code: 'invalid_prompt', at: this.path, problem, remedy: REMEDY })
  }

  #record(): object {
    if (typeof this.#value === 'object' && this.#value !== null && !Array.isArray(this.#value)) return this.#value
    throw this.#expected('an object')
  }

  #expected(what: string): WorkflowError {
    const text = JSON.stringify(this.#value) ?? 'nothing'
    return this.broken(`expected ${what}, got ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`)
  }
}
