import type { Json, JsonObject } from '../types/json.ts'
import { isList, isRecord, own } from './fields.ts'

/**
 * The points that a link is drawn through mean nothing to a run, and are kept as they are. They name links by number:
 * those that are gone are taken out, in `reroutes` (1.0) and in `extra.reroutes` and `extra.linkExtensions` (0.4).
 */
export function withLiveReroutes(graph: JsonObject, live: ReadonlySet<number>): JsonObject {
  const extra = own(graph, 'extra')
  return {
    ...graph,
    ...(isList(own(graph, 'reroutes')) && { reroutes: liveReroutes(own(graph, 'reroutes'), live) }),
    ...(isRecord(extra) && { extra: withLiveExtra(extra, live) }),
  }
}

function withLiveExtra(extra: JsonObject, live: ReadonlySet<number>): JsonObject {
  const extensions = own(extra, 'linkExtensions')
  return {
    ...extra,
    ...(isList(own(extra, 'reroutes')) && { reroutes: liveReroutes(own(extra, 'reroutes'), live) }),
    ...(isList(extensions) && { linkExtensions: extensions.filter((one) => !isRecord(one) || isLive(own(one, 'id'), live)) }),
  }
}

function liveReroutes(reroutes: Json | undefined, live: ReadonlySet<number>): Json {
  return (isList(reroutes) ? reroutes : []).map((reroute) => {
    const ids = isRecord(reroute) ? own(reroute, 'linkIds') : undefined
    return isRecord(reroute) && isList(ids) ? { ...reroute, linkIds: ids.filter((id) => isLive(id, live)) } : reroute
  })
}

function isLive(id: Json | undefined, live: ReadonlySet<number>): boolean {
  return typeof id !== 'number' || live.has(id)
}
