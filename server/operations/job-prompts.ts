/** What people wrote in a job: for a log that may hold it. */
import { applyOverrides } from '../../core/workflow/overrides.ts'
import { isLink, literalOf } from '../../core/workflow/workflow.ts'
import type { Services } from '../services.ts'

export interface Prompt {
  readonly node: string
  readonly input: string
  readonly text: string
}

/** Gives the function that looks a job's texts up: those of inputs of several lines, with its parameters put in. */
export function promptReader({ store, desk }: Pick<Services, 'store' | 'desk'>): (job: string) => Promise<readonly Prompt[]> {
  return async (job) => {
    const record = await store.get(job)
    if (record === undefined) return []
    const definitions = await desk.definitions()
    const { workflow, parameters = {}, set = [] } = record.request
    return applyOverrides(workflow, { parameters, set }, definitions).nodes.flatMap((node) => {
      const written = definitions.get(node.type)?.inputs.filter(({ multiline }) => multiline === true) ?? []
      return written.flatMap(({ name }) => {
        const value = node.inputs?.[name]
        const text = value === undefined || isLink(value) ? undefined : literalOf(value)
        return typeof text === 'string' ? [{ node: node.id, input: name, text }] : []
      })
    })
  }
}
