/** How a plugin's nodes changed between two versions, seen from the workflows that use them. */
import type { InputDefinition, NodeDefinition, OutputDefinition } from '../types/definition.ts'
import { alwaysFits, socketText } from '../types/socket.ts'

/** One change, in words. A breaking one may stop a workflow that was fine from running, or lead its links elsewhere. */
export interface DefinitionChange {
  readonly node: string
  readonly breaking: boolean
  /** `input "radius": narrowed from 0 to 64 to 0 to 32`. */
  readonly change: string
}

/** What changed from the first definitions to the second, node by node in the first's order, then what is new. */
export function compareDefinitions(before: readonly NodeDefinition[], after: readonly NodeDefinition[]): DefinitionChange[] {
  const now = new Map(after.map((node) => [node.type, node]))
  const then = new Set(before.map(({ type }) => type))
  const changes = before.flatMap((node) => {
    const next = now.get(node.type)
    return next ? nodeChanges(node, next).map((one) => ({ node: node.type, ...one })) : [{ node: node.type, ...broken('removed') }]
  })
  return [...changes, ...after.filter(({ type }) => !then.has(type)).map(({ type }) => ({ node: type, ...kept('added') }))]
}

type Change = Omit<DefinitionChange, 'node'>
const broken = (change: string): Change => ({ breaking: true, change })
const kept = (change: string): Change => ({ breaking: false, change })

function nodeChanges(before: NodeDefinition, after: NodeDefinition): Change[] {
  const changes: Change[] = []
  if (after.version < before.version) changes.push(broken(`version went back from ${before.version} to ${after.version}`))
  if (after.version > before.version) changes.push(kept(`version ${before.version} to ${after.version}`))
  if (before.output && !after.output) changes.push(broken('is no output node any more'))
  if (!before.deprecated && after.deprecated) changes.push(kept('deprecated'))
  return [...changes, ...inputsChanges(before, after), ...outputsChanges(before.outputs, after.outputs)]
}

function inputsChanges(before: NodeDefinition, after: NodeDefinition): Change[] {
  const settable = ({ inputs }: NodeDefinition) => new Map(inputs.filter(({ hidden }) => !hidden).map((one) => [one.name, one]))
  const [then, now] = [settable(before), settable(after)]
  const changes = [...then.values()].flatMap((input) => {
    const next = now.get(input.name)
    return next ? prefixed('input', input.name, inputChanges(input, next)) : [broken(`input "${input.name}" removed`)]
  })
  const added = [...now.values()].filter(({ name }) => !then.has(name))
  return [...changes, ...added.map(({ name, required }) =>
    (required ? broken(`input "${name}" added, and it is required`) : kept(`input "${name}" added`)))]
}

function inputChanges(before: InputDefinition, after: InputDefinition): Change[] {
  const changes: Change[] = []
  if (!alwaysFits(before.socket, after.socket)) {
    changes.push(broken(`type changed from ${socketText(before.socket)} to ${socketText(after.socket)}`))
  } else if (!alwaysFits(after.socket, before.socket)) {
    changes.push(kept(`takes ${socketText(after.socket)} instead of ${socketText(before.socket)}`))
  }
  if (!before.required && after.required) changes.push(broken('became required'))
  if (before.required && !after.required) changes.push(kept('may be left out'))
  changes.push(...rangeChanges(before, after), ...choicesChanges(before, after), ...countChanges(before, after))
  if (before.default !== undefined && after.default !== undefined && text(before.default) !== text(after.default)) {
    changes.push(kept(`default changed from ${text(before.default)} to ${text(after.default)}: workflows that leave it out give other results`))
  }
  return changes
}

const text = (value: unknown) => JSON.stringify(value)

function rangeChanges(before: InputDefinition, after: InputDefinition): Change[] {
  const [low, high] = [before.min ?? -Infinity, before.max ?? Infinity]
  const [newLow, newHigh] = [after.min ?? -Infinity, after.max ?? Infinity]
  if (low === newLow && high === newHigh) return []
  const isNarrower = newLow > low || newHigh < high
  const ranges = `from ${rangeText(before)} to ${rangeText(after)}`
  return [isNarrower ? broken(`range narrowed, ${ranges}`) : kept(`range widened, ${ranges}`)]
}

function rangeText({ min, max }: InputDefinition): string {
  if (min === undefined && max === undefined) return 'any number'
  if (max === undefined) return `at least ${min}`
  return min === undefined ? `at most ${max}` : `${min}…${max}`
}

function choicesChanges(before: InputDefinition, after: InputDefinition): Change[] {
  if (before.computed || after.computed || before.choices === undefined || after.choices === undefined) return []
  const gone = before.choices.filter((choice) => !after.choices!.includes(choice))
  const fresh = after.choices.filter((choice) => !before.choices!.includes(choice))
  return [
    ...(gone.length > 0 ? [broken(`choice ${gone.map(text).join(', ')} removed`)] : []),
    ...(fresh.length > 0 ? [kept(`choice ${fresh.map(text).join(', ')} added`)] : []),
  ]
}

function countChanges({ variadic: before }: InputDefinition, { variadic: after }: InputDefinition): Change[] {
  if (!before && !after) return []
  if (!before || !after) return [broken(after ? 'takes several values now, under other names' : 'takes a single value now')]
  if (before.min === after.min && before.max === after.max) return []
  const counts = `from ${before.min}…${before.max} values to ${after.min}…${after.max}`
  return [after.min > before.min || after.max < before.max ? broken(`takes fewer counts, ${counts}`) : kept(`takes more counts, ${counts}`)]
}

function outputsChanges(before: readonly OutputDefinition[], after: readonly OutputDefinition[]): Change[] {
  const changes = before.flatMap((output, slot) => {
    const place = after.findIndex(({ name }) => name === output.name)
    if (place < 0) return [broken(`output "${output.name}" removed`)]
    const moved = place === slot ? [] : [broken(`moved from slot ${slot} to ${place}, where links by number lead`)]
    return prefixed('output', output.name, [...moved, ...outputChanges(output, after[place]!)])
  })
  const added = after.filter(({ name }) => !before.some((output) => output.name === name))
  return [...changes, ...added.map(({ name }) => kept(`output "${name}" added`))]
}

function outputChanges(before: OutputDefinition, after: OutputDefinition): Change[] {
  const changes: Change[] = []
  if (!alwaysFits(after.socket, before.socket)) {
    changes.push(broken(`type changed from ${socketText(before.socket)} to ${socketText(after.socket)}`))
  } else if (!alwaysFits(before.socket, after.socket)) {
    changes.push(kept(`gives ${socketText(after.socket)} instead of ${socketText(before.socket)}`))
  }
  if (before.each !== after.each) changes.push(broken(after.each ? 'gives a list that is mapped over now' : 'gives a single value now'))
  return changes
}

function prefixed(side: 'input' | 'output', name: string, changes: readonly Change[]): Change[] {
  return changes.map(({ breaking, change }) => ({ breaking, change: `${side} "${name}": ${change}` }))
}
