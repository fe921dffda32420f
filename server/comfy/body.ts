/** Bodies as ComfyUI's clients send them: JSON, whatever the content type says. */
import type { IncomingMessage } from 'node:http'
import { isRecord } from '../../core/comfy/fields.ts'
import { readComfyText } from '../../core/comfy/index.ts'
import { shortText, type Json, type JsonObject } from '../../core/types/json.ts'
import { readText } from '../api/body.ts'
import type { Services } from '../services.ts'
import { refusal } from './errors.ts'

/** The body's value, numbers past 2^53 kept exactly; `undefined` where there is no body. @throws when it is no JSON */
export async function readJsonBody(request: IncomingMessage, { config }: Pick<Services, 'config'>): Promise<Json | undefined> {
  const text = await readText(request, config.limits.bodyBytes)
  return text.trim() === '' ? undefined : readComfyText(text)
}

/** The body as an object; an absent one is empty. */
export async function readRecord(request: IncomingMessage, services: Pick<Services, 'config'>): Promise<JsonObject> {
  const value = await readJsonBody(request, services) ?? {}
  if (isRecord(value)) return value
  throw refusal(400, 'invalid_request', 'The body is not a JSON object.', `Expected an object, got ${shortText(value)}.`)
}

/** A field that is a list of texts; none where it is left out. @throws when it is anything else */
export function textsAt(record: JsonObject, name: string): readonly string[] {
  const value = Object.hasOwn(record, name) ? record[name] : undefined
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw refusal(400, 'invalid_request', `"${name}" is not a list of texts.`, `Expected a list of ids, got ${shortText(value)}.`)
}
