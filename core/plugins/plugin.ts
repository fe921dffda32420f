import type { NodeType } from '../types/node-type.ts'
import type { ValueType } from '../types/value-type.ts'

/** What a plugin brings: node types, and value types that are not already on a socket of one of its nodes. */
export interface Plugin {
  /** Its package name, or the folder's. */
  readonly id: string
  readonly nodes: readonly NodeType[]
  readonly types?: readonly ValueType<unknown>[]
}

/** A plugin with the hash of its content, which is part of the cache key of each of its nodes. */
export interface LoadedPlugin extends Plugin {
  readonly hash: string
}

/** Declares a plugin; its module exports it as `default`. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin
}
