/** What the node that failed was given, as far as the workflow says it. */
import { isRecord, own } from '../../core/comfy/fields.ts'
import type { JsonObject } from '../../core/types/json.ts'
import type { Job } from '../job/job.ts'
import type { Services } from '../services.ts'
import { promptOf } from './stored-prompt.ts'

/** The inputs of the failed node as the prompt has them; none where no node failed, or the record is gone. */
export async function failedInputs(services: Pick<Services, 'store' | 'desk'>, { id, problem }: Job): Promise<JsonObject> {
  if (problem?.node === undefined) return {}
  const record = await services.store.get(id).catch(() => undefined)
  if (record === undefined) return {}
  const node = own(await promptOf(services, record), problem.node.id)
  const inputs = isRecord(node) ? own(node, 'inputs') : undefined
  return isRecord(inputs) ? inputs : {}
}
