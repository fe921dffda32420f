import { diffWorkflows } from '../workflow/diff.ts'
import type { Workflow } from '../workflow/workflow.ts'
import type { Lock, LockedFile, LockedOutput } from './lock.ts'
import { meaningHash, meaningOf } from './meaning.ts'
import { distanceOf, type Distance } from './sample.ts'

/** What a lock says of the place where it was made: everything but what came out. */
export type Surroundings = Pick<Lock, 'device' | 'environment' | 'weights' | 'models' | 'files' | 'plugins' | 'nodes' | 'workflow'>

/** One thing that is not as it was locked. */
export interface Difference {
  readonly of: 'workflow' | 'model' | 'file' | 'plugin' | 'node type' | 'device' | 'environment' | 'run'
  readonly name: string
  /** What the lock says; absent for what it does not know. */
  readonly locked?: string
  /** What is here; absent for what is missing. */
  readonly found?: string
  /** The same in words. */
  readonly text: string
  /**
   * Whether it is another thing that would be made. Versions and machine are only noted: whether they matter is seen by
   * what comes out.
   */
  readonly decides: boolean
}

/** One result beside what the lock says of it. */
export interface OutputVerdict {
  readonly node: string
  readonly output: string
  readonly same: boolean
  readonly locked?: string
  readonly found?: string
  readonly distance?: Distance
  readonly text: string
}

/** Everything that is not as it was locked. */
export function compareSurroundings(locked: Surroundings, found: Surroundings): Difference[] {
  return [
    ...workflowChanges(locked.workflow, found.workflow),
    ...fileChanges('model', locked.models, found.models),
    ...fileChanges('file', locked.files, found.files),
    ...pluginChanges(locked, found),
    ...nodeTypeChanges(locked, found),
    ...(locked.device === found.device ? [] : [changed('device', 'device', locked.device, found.device)]),
    ...weightChanges(locked.weights, found.weights),
    ...environmentChanges(locked.environment, found.environment),
  ]
}

function workflowChanges(locked: Workflow, found: Workflow): Difference[] {
  const [before, now] = [meaningHash(locked), meaningHash(found)]
  if (before === now) return []
  const { changes } = diffWorkflows(meaningOf(locked), meaningOf(found))
  const texts = changes.length === 0 ? ['it is another'] : changes.map(({ text }) => text)
  return texts.map((text) => ({ of: 'workflow', name: 'workflow', locked: before, found: now, text: `workflow: ${text}`, decides: true }))
}

function fileChanges(of: 'model' | 'file', locked: readonly LockedFile[], found: readonly LockedFile[]): Difference[] {
  const now = new Map(found.map((one) => [one.file, one]))
  const known = new Set(locked.map(({ file }) => file))
  return [
    ...locked.flatMap(({ file: name, bytes, sha256 }): Difference[] => {
      const one = now.get(name)
      if (one === undefined) return [gone(of, name, sha256, `${bytes} bytes, sha256 ${sha256}`)]
      if (one.sha256 === sha256) return []
      const sizes = one.bytes === bytes ? 'of the same size' : `of ${bytes} bytes, now ${one.bytes}`
      const text = `${of} ${name}: another content (${sizes}): locked sha256 ${sha256}, found ${one.sha256}`
      return [{ of, name, locked: sha256, found: one.sha256, text, decides: true }]
    }),
    ...found.filter(({ file }) => !known.has(file)).map(({ file: name, sha256 }): Difference =>
      ({ of, name, found: sha256, text: `${of} ${name}: the lock does not know it`, decides: false })),
  ]
}

function pluginChanges(locked: Surroundings, found: Surroundings): Difference[] {
  const now = new Map(found.plugins.map((one) => [one.name, one]))
  return locked.plugins.flatMap(({ name, version, hash }): Difference[] => {
    const one = now.get(name)
    const label = (text: string | undefined, content: string) => `${text === undefined ? '' : `${text}, `}content ${content}`
    const before = label(version, hash)
    if (one === undefined) return [gone('plugin', name, before)]
    const here = label(one.version, one.hash)
    return here === before ? [] : [{ ...changed('plugin', name, before, here), decides: true }]
  })
}

function nodeTypeChanges(locked: Surroundings, found: Surroundings): Difference[] {
  const now = new Map(found.nodes.map((one) => [one.type, one]))
  return locked.nodes.flatMap(({ type, version, plugin }): Difference[] => {
    const one = now.get(type)
    const label = (number: number, by: string | undefined) => `version ${number}${by === undefined ? '' : ` of plugin ${by}`}`
    const before = label(version, plugin)
    if (one === undefined) return [gone('node type', type, before)]
    const here = label(one.version, one.plugin)
    return here === before ? [] : [{ ...changed('node type', type, before, here), decides: true }]
  })
}

/** Only of nodes that can be planned here: why others can't is said elsewhere. */
function weightChanges(locked: Lock['weights'], found: Lock['weights']): Difference[] {
  const isOther = ([node, hold]: [string, string]) => Object.hasOwn(found, node) && found[node] !== hold
  return Object.entries(locked).filter(isOther).map(([node, hold]) => changed('environment', `weights of ${node}`, hold, found[node]!))
}

function environmentChanges(locked: Lock['environment'], found: Lock['environment']): Difference[] {
  const names = [...new Set([...Object.keys(locked), ...Object.keys(found)])].sort()
  const at = (one: Lock['environment'], name: string) => (Object.hasOwn(one, name) ? one[name]! : 'unknown')
  return names.filter((name) => at(locked, name) !== at(found, name)).map((name) => changed('environment', name, at(locked, name), at(found, name)))
}

/** What is not there at all. */
const gone = (of: Difference['of'], name: string, locked: string, told = locked): Difference =>
  ({ of, name, locked, text: `${of} ${name}: it is missing; locked: ${told}`, decides: true })

function changed(of: Difference['of'], name: string, locked: string, found: string): Difference {
  const what = of === 'environment' || of === 'device' ? name : `${of} ${name}`
  return { of, name, locked, found, text: `${what}: locked ${locked}, found ${found}`, decides: false }
}

/** Compares what came out with what is locked; what only one of the two has is told too. */
export function compareOutputs(locked: readonly LockedOutput[], found: readonly LockedOutput[]): OutputVerdict[] {
  const now = new Map(found.map((one) => [keyOf(one), one]))
  const known = new Set(locked.map(keyOf))
  return [
    ...locked.map((one) => verdictOf(one, now.get(keyOf(one)))),
    ...found.filter((one) => !known.has(keyOf(one))).map(({ node, output, sha256 }): OutputVerdict =>
      ({ node, output, same: false, found: sha256, text: `${node}.${output}: the lock does not know it` })),
  ]
}

const keyOf = ({ node, output }: LockedOutput) => JSON.stringify([node, output])

function verdictOf(locked: LockedOutput, found: LockedOutput | undefined): OutputVerdict {
  const { node, output, sha256 } = locked
  const place = { node, output, locked: sha256 }
  if (found === undefined) return { ...place, same: false, text: `${node}.${output}: it was not made` }
  if (found.sha256 === sha256) return { ...place, found: sha256, same: true, text: `${node}.${output}: the same, sha256 ${sha256}` }
  const distance = locked.sample && found.sample && distanceOf(locked.sample, found.sample)
  return { ...place, found: found.sha256, same: false, ...(distance && { distance }), text: `${node}.${output}: ${howFar(locked, found, distance)}` }
}

function howFar(locked: LockedOutput, found: LockedOutput, distance: Distance | undefined): string {
  if (locked.value !== undefined && found.value !== undefined) return `${JSON.stringify(locked.value)} became ${JSON.stringify(found.value)}`
  if (distance) return distanceText(distance)
  const [was, is] = [locked.sample?.count, found.sample?.count]
  if (was !== undefined && is !== undefined && was !== is) return `it differs, and has ${is} numbers instead of ${was}`
  return `it differs: locked sha256 ${locked.sha256}, found ${found.sha256}; how far is not known for ${locked.type}`
}

/** How far apart two values are, in words, with what that rests on. */
export function distanceText({ compared, count, max, rms, peak, psnr }: Distance): string {
  const rests = compared === count ? `all ${count} numbers compared` : `${compared} of ${count} numbers compared`
  if (max === null || rms === null) return `it differs: there are numbers that are none (${rests})`
  if (max === 0) return `it differs, but none of the numbers compared does (${rests})`
  const most = `by at most ${shown(max)}${peak === undefined ? '' : ` of ${peak}`}`
  return `it differs ${most}, RMS ${shown(rms)}${psnr === undefined ? '' : `, PSNR ${psnr.toFixed(1)} dB`} (${rests})`
}

const shown = (value: number) => String(Number(value.toPrecision(4)))

/** How a verification ends: `matches` where no output was compared and nothing differs. */
export function statusOf(differences: readonly Difference[], outputs: readonly OutputVerdict[] | undefined): 'reproduced' | 'matches' | 'differs' {
  if (differences.some(({ decides }) => decides)) return 'differs'
  if (!outputs?.length) return differences.length === 0 ? 'matches' : 'differs'
  return outputs.every(({ same }) => same) ? 'reproduced' : 'differs'
}
