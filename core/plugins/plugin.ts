import type { NodeType } from '../types/node-type.ts'
import type { ValueType } from '../types/value-type.ts'

/** What a plugin brings: node types, and value types that are not already on a socket of one of its nodes. */
export interface Plugin {
  /** How messages call it; the name of its package or folder when left out. */
  readonly name?: string
  /** Its own version. */
  readonly version?: string
  /** The version of the plugin API that it was written for, see `PLUGIN_API`; the present one when left out. */
  readonly apiVersion?: string
  readonly nodes: readonly NodeType[]
  readonly types?: readonly ValueType<unknown>[]
}

/** A plugin with the hash of its content, which is part of the cache key of each of its nodes. */
export interface LoadedPlugin {
  readonly id: string
  readonly version?: string
  readonly hash: string
  /** Whether its nodes get values themselves instead of copies: those of the engine, which leave them as they are. */
  readonly trusted?: boolean
  readonly nodes: readonly NodeType[]
  readonly types?: readonly ValueType<unknown>[]
}

/** Declares a plugin; its module exports it as `default`. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin
}
