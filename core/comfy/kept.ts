import type { JsonObject } from '../types/json.ts'
import { isList, isRecord, own } from './fields.ts'

/** Under `extra`: what ComfyUI's files say that our format has no field for, `api` and `ui` apart. */
const COMFY = 'comfy'

/** Which of ComfyUI's formats something was kept from. */
export type KeptFrom = 'api' | 'ui'

/** The `extra` that keeps these fields of a file of ComfyUI for its export. */
export function keep(format: KeptFrom, fields: JsonObject): JsonObject {
  return { [COMFY]: { [format]: fields } }
}

/** The fields that an import kept in `extra`; none where the file did not come from there. */
export function keptOf(extra: JsonObject | undefined, format: KeptFrom): JsonObject {
  const comfy = own(extra ?? {}, COMFY)
  const fields = isRecord(comfy) ? own(comfy, format) : undefined
  return isRecord(fields) ? fields : {}
}

/** Whether an import kept anything. */
export function isKept(extra: JsonObject | undefined, format: KeptFrom): boolean {
  const comfy = own(extra ?? {}, COMFY)
  return isRecord(comfy) && isRecord(own(comfy, format))
}

/** What else `extra` holds: ours, and what was kept from the other format. */
export function extraBeside(extra: JsonObject | undefined, format: KeptFrom): JsonObject {
  const { [COMFY]: comfy, ...others } = extra ?? {}
  if (!isRecord(comfy)) return extra ?? {}
  const { [format]: unused, ...rest } = comfy
  return Object.keys(rest).length === 0 && unused !== undefined ? others : { ...others, [COMFY]: rest }
}

/** The `extra` of a graph one of whose groups is gone: what was kept of the others stays with them. */
export function withoutKeptGroup(extra: JsonObject | undefined, index: number): JsonObject | undefined {
  const groups = own(keptOf(extra, 'ui'), 'groups')
  if (!extra || groups === undefined || !isList(groups) || index >= groups.length) return extra
  return { ...extra, ...keepAlso(extra, { groups: groups.filter((_, place) => place !== index) }) }
}

/** What was kept of a saved file, with other fields. */
function keepAlso(extra: JsonObject, fields: JsonObject): JsonObject {
  const comfy = own(extra, COMFY)
  return { [COMFY]: { ...(isRecord(comfy) ? comfy : {}), ui: { ...keptOf(extra, 'ui'), ...fields } } }
}
