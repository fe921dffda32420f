/** Saved workflows in memory, as a server answers for them: ETags, conditions, 412 and 404. */
import type { Workflow } from '../../../core/workflow/workflow.ts'

export class WorkflowShelf {
  readonly saved = new Map<string, { readonly etag: string; readonly workflow: Workflow }>()
  #count = 0
  /** Waits before each save is answered. */
  gate: Promise<void> = Promise.resolve()

  put(name: string, workflow: Workflow): string {
    const etag = `e${++this.#count}`
    this.saved.set(name, { etag, workflow })
    return etag
  }

  readonly answer: typeof fetch = async (address, { method = 'GET', headers, body } = {}) => {
    const [, name = '', more] = /\/api\/workflows\/?([^/?]*)(\/versions)?/.exec(String(address)) ?? []
    const key = decodeURIComponent(name)
    const now = this.saved.get(key)
    if (key === '') return Response.json({ workflows: [...this.saved].map(([one, { etag }]) => ({ name: one, etag, modified: 0, bytes: 0 })) })
    if (method === 'PUT') return await this.#save(key, new Headers(headers), String(body))
    if (!now) return refusal(404)
    if (more !== undefined) return Response.json({ versions: [{ name: key, etag: now.etag, modified: 1000, bytes: 0 }] })
    return Response.json(now.workflow, { headers: { etag: `"${now.etag}"` } })
  }

  async #save(key: string, headers: Headers, body: string): Promise<Response> {
    const now = this.saved.get(key)
    const isOther = headers.has('if-match') && headers.get('if-match') !== `"${now?.etag}"`
    if (isOther || (headers.has('if-none-match') && now)) return refusal(412)
    const etag = this.put(key, JSON.parse(body))
    await this.gate
    return Response.json({ name: key, etag })
  }
}

const refusal = (status: number) => Response.json({ error: { code: 'refused', message: `It was refused with ${status}.` } }, { status })
