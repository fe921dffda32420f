/**
 * The version of the plugin API: what `kinograph` exports, and how the engine treats what plugins declare. By semver:
 * a minor version adds, a major one changes or removes. Plugins of this major version and of the one before are taken.
 */
export const PLUGIN_API = '1.0'

/** How many major versions are taken, the present one included. */
const MAJORS_KEPT = 2

const VERSION = /^\^?(\d{1,6})(?:\.(\d{1,6}))?(?:\.\d{1,6})?$/

/** What keeps a plugin of some API version from being taken, and what to do; nothing when it may be. */
export function apiVersionProblem(
  wanted: unknown,
  present: string = PLUGIN_API,
): { readonly problem: string; readonly remedy: string } | undefined {
  if (wanted === undefined) return undefined
  const asked = parse(wanted)
  if (asked === undefined) {
    const problem = `its apiVersion should be a version like "${present}", got ${JSON.stringify(wanted)}`
    return { problem, remedy: `Write: apiVersion: '${present}'.` }
  }
  const here = parse(present)!
  const oldest = Math.max(1, here.major - MAJORS_KEPT + 1)
  if (asked.major > here.major || (asked.major === here.major && asked.minor > here.minor)) {
    const problem = `it is written for plugin API ${asked.text}, and this kinograph has ${present}`
    return { problem, remedy: 'Update kinograph, or install an older version of the plugin.' }
  }
  if (asked.major >= oldest) return undefined
  const taken = oldest === here.major ? `${here.major}` : `${oldest} to ${here.major}`
  const problem = `it is written for plugin API ${asked.text}, and this kinograph takes ${taken}`
  return { problem, remedy: 'Update the plugin.' }
}

function parse(version: unknown): { readonly major: number; readonly minor: number; readonly text: string } | undefined {
  const text = typeof version === 'number' ? String(version) : version
  const match = typeof text === 'string' ? VERSION.exec(text) : null
  if (match === null) return undefined
  const [whole, major, minor = '0'] = match
  return { major: Number(major), minor: Number(minor), text: whole.replace('^', '') }
}
