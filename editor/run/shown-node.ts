/** Which node a person sees for a node of a run. */

/** The node of the file that a path lies in. `ids` has those of the file; without them the path's beginning is taken. */
export function shownOf(path: string, ids: { has(id: string): boolean }): string {
  if (ids.has(path)) return path
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    if (ids.has(path.slice(0, at))) return path.slice(0, at)
  }
  return /^[^/]+/.exec(path)?.[0] ?? path
}

/** Runs up to a node have previews added behind it (worker/previews.ts): what those show is the node's own. */
export function previewedNode(id: string): string | undefined {
  return /^preview of (.+)\.[^.]+$/.exec(id)?.[1]
}

/** The node of an entered graph that a path lies in; undefined for what lies outside. `prefix` ends with a slash. */
export function nodeBelow(path: string, prefix: string): string | undefined {
  if (!path.startsWith(prefix)) return undefined
  const rest = path.slice(prefix.length)
  const end = rest.indexOf('/')
  return end < 0 ? rest : rest.slice(0, end)
}
