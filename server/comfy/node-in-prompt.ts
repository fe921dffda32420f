/** What the workflow says of the node that a job ended in: the one that failed, or the one it was stopped in. */
import { isRecord, own } from '../../core/comfy/fields.ts'
import type { JsonObject } from '../../core/types/json.ts'
import type { Services } from '../services.ts'
import { promptOf } from './stored-prompt.ts'

export interface NodeInPrompt {
  readonly type?: string
  readonly inputs: JsonObject
}

const UNKNOWN: NodeInPrompt = { inputs: {} }

/** A node of a prompt; without a type where the prompt does not have it. */
export function nodeInPrompt(prompt: JsonObject, node: string | undefined): NodeInPrompt {
  const found = node === undefined ? undefined : own(prompt, node)
  if (!isRecord(found)) return UNKNOWN
  const inputs = own(found, 'inputs')
  const type = own(found, 'class_type')
  return { inputs: isRecord(inputs) ? inputs : {}, ...(typeof type === 'string' && { type }) }
}

/** The same of a job, looked up; without a type where the record is gone. */
export async function nodeOfJob(services: Pick<Services, 'store' | 'desk'>, job: string, node: string): Promise<NodeInPrompt> {
  const record = await services.store.get(job).catch(() => undefined)
  return record === undefined ? UNKNOWN : nodeInPrompt(await promptOf(services, record), node)
}
