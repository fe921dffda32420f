/**
 * Which scope a request needs before any route sees it. Reading needs a token, whichever; what is not named here and
 * changes something is for administrators. Routes that depend on more (whose job it is) look further themselves.
 */
import type { Scope } from '../services.ts'
import { isChange } from './origin.ts'

/** Paths without /api; the first that fits decides. */
const CHANGES: readonly (readonly [RegExp, Scope])[] = [
  [/^\/prompt$/, 'run'],
  [/^\/queue$/, 'run'], // whose job it is, and "clear", is looked at by the route
  [/^\/interrupt$/, 'run'],
  [/^\/history$/, 'run'],
  [/^\/socket\.io(\/|$)/, 'run'],
  [/^\/internal\/logs\/subscribe$/, 'run'], // lines about one's own jobs
  [/^\/jobs(\/|$)/, 'run'],
  [/^\/run\/./, 'run'],
  [/^\/(validate|plan|explain|open)$/, 'run'],
  [/^\/upload\//, 'edit'],
  [/^\/(v2\/)?userdata(\/|$)/, 'edit'],
  [/^\/workflows(\/|$)/, 'edit'],
  [/^\/preferences(\/|$)/, 'edit'],
  [/^\/assets(\/|$)/, 'edit'],
  [/^\/(login|logout)$/, 'run'],
]

/** The scope that a request needs; `path` without its query. */
export function scopeFor(method: string | undefined, path: string): Scope {
  if (!isChange(method)) return 'run'
  const plain = path.replace(/\/{2,}/g, '/').replace(/^\/api(?=\/)/i, '').replace(/(.)\/$/, '$1').toLowerCase()
  return CHANGES.find(([pattern]) => pattern.test(plain))?.[1] ?? 'admin'
}
