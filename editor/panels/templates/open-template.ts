/** Opens a workflow that comes with Kinograph. */
import { isLink, literalOf, type Workflow } from '../../../core/workflow/workflow.ts'
import type { EditorDocument } from '../../app/document.ts'
import type { Session } from '../../app/session.ts'

/** In a tab of its own, without a saved place. The files that it reads are uploaded, so that it runs. */
export async function openTemplate(session: Session, { name, files, tags }: { readonly name: string; readonly files: readonly string[]; readonly tags: readonly string[] }): Promise<EditorDocument> {
  const workflow = await session.client.call('GET /templates/{name}', { params: { name } })
  const uploaded = new Map<string, string>()
  for (const file of files) uploaded.set(file, await upload(session, name, file))
  const document = session.open(withFiles(withoutTemplate(workflow), uploaded))
  if (files.length > 0) await session.refreshDefinitions()
  if (tags.includes('form')) session.view.value = 'form'
  return document
}

async function upload({ client }: Session, template: string, file: string): Promise<string> {
  const answer = await fetch(client.templateUrl(template, file))
  if (!answer.ok) throw new Error(`${file}: ${answer.status}`)
  const [folder, base] = [file.slice(0, Math.max(0, file.lastIndexOf('/'))), file.slice(file.lastIndexOf('/') + 1)]
  return (await client.assets.upload(await answer.blob(), base, folder === '' ? {} : { folder })).path
}

/** What the list says of a template is no part of what people make of it. */
export function withoutTemplate({ extra, ...workflow }: Workflow): Workflow {
  const { template: _template, ...rest } = extra ?? {}
  return Object.keys(rest).length === 0 ? workflow : { ...workflow, extra: rest }
}

/** The workflow with files under the names that they have got. */
export function withFiles(workflow: Workflow, names: ReadonlyMap<string, string>): Workflow {
  if (![...names].some(([before, after]) => before !== after)) return workflow
  const nodes = workflow.nodes.map((node) => {
    const inputs = Object.entries(node.inputs ?? {}).map(([name, value]) => {
      const literal = isLink(value) ? undefined : literalOf(value)
      return [name, (typeof literal === 'string' ? names.get(literal) : undefined) ?? value] as const
    })
    return node.inputs ? { ...node, inputs: Object.fromEntries(inputs) } : node
  })
  return { ...workflow, nodes }
}
