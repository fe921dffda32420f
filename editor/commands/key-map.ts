/** Which command a key runs: the defaults, with what the person chose instead. */
import type { Settings } from '../app/settings.ts'
import type { Command } from './command.ts'
import { keyText } from './keys.ts'

/** The keys of a command, in one spelling; what is no key is left out. */
export function keysOfCommand({ id, keys = [] }: Command, chosen: Settings['keys']): readonly string[] {
  const own = Object.hasOwn(chosen, id) ? chosen[id]! : keys
  return own.flatMap((key) => keyText(key) ?? [])
}

/** The commands of each key in their order. More than one may share a key where never more than one can be done. */
export function commandsByKey(commands: readonly Command[], chosen: Settings['keys']): ReadonlyMap<string, readonly Command[]> {
  const map = new Map<string, Command[]>()
  for (const command of commands) {
    for (const key of keysOfCommand(command, chosen)) {
      const list = map.get(key)
      if (list) list.push(command)
      else map.set(key, [command])
    }
  }
  return map
}

/** Keys that more than one command has in the same place, with the ids of those commands. What two share by default is meant so. */
export function keyConflicts(commands: readonly Command[], chosen: Settings['keys']): ReadonlyMap<string, readonly string[]> {
  const shared = [...commandsByKey(commands, chosen)].map(([key, list]) =>
    [key, list.filter((one) => list.some((other) => one !== other && meet(one, other) && !(isDefault(one, key) && isDefault(other, key))))] as const)
  return new Map(shared.filter(([, list]) => list.length > 0).map(([key, list]) => [key, list.map(({ id }) => id)]))
}

/** Whether one key press could mean both: what is for texts alone never meets what is for the canvas. */
function meet(a: Command, b: Command): boolean {
  const isText = (one: Command) => one.where === 'text'
  return isText(a) === isText(b) || a.inText === true || b.inText === true
}

const isDefault = ({ keys = [] }: Command, key: string) => keys.includes(key)
