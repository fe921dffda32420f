/** What people chose for keys: only what differs from the defaults is kept. */
import type { Settings } from '../../app/settings.ts'
import type { Command } from '../../commands/command.ts'
import { keysOfCommand } from '../../commands/key-map.ts'

/** The settings with these keys for a command; nothing is kept where they are its default ones. */
export function withKeys(chosen: Settings['keys'], command: Command, keys: readonly string[]): Settings['keys'] {
  const { [command.id]: _before, ...others } = chosen
  const own = keysOfCommand(command, {})
  return keys.length === own.length && keys.every((key, index) => key === own[index]) ? others : { ...others, [command.id]: keys }
}

export function addKey(chosen: Settings['keys'], command: Command, key: string): Settings['keys'] {
  const keys = keysOfCommand(command, chosen)
  return keys.includes(key) ? chosen : withKeys(chosen, command, [...keys, key])
}

export function removeKey(chosen: Settings['keys'], command: Command, key: string): Settings['keys'] {
  return withKeys(chosen, command, keysOfCommand(command, chosen).filter((one) => one !== key))
}

/** Back to the default keys. */
export function resetKeys(chosen: Settings['keys'], { id }: Command): Settings['keys'] {
  const { [id]: _chosen, ...others } = chosen
  return others
}
