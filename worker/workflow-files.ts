/** Questions about workflow files that need the node types: what changed, what is old, what can be set. */
import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { migrateWorkflow } from '../core/plugins/migrate.ts'
import { resolveChoices } from '../core/run/index.ts'
import { WITHHELD } from '../core/types/withheld.ts'
import { diffWorkflows } from '../core/workflow/diff.ts'
import { formatWorkflow } from '../core/workflow/format.ts'
import { withoutSecrets } from '../core/workflow/secrets.ts'
import { stampVersions } from '../core/workflow/migrate-nodes.ts'
import { listParameters } from '../core/workflow/overrides.ts'
import { parseWorkflow } from '../core/workflow/parse.ts'
import { withSubgraphDefinitions } from '../core/workflow/subgraphs.ts'
import { outputOf } from '../core/workflow/validate-file.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { fileError, MediaError } from '../media/error.ts'
import { writeTextFile } from '../media/write-text.ts'
import { loadWorkflow } from './load-workflow.ts'
import type { Answers, DiffRequest, InterfaceRequest, MigrateRequest, WorkflowSource } from './protocol.ts'
import type { Engine } from './run-job.ts'

/** More than this of a list does not go into one message. */
const MAX_LISTED = 1000

/** How one workflow became another, in whatever format each is. */
export async function diffJob({ id, before, after }: DiffRequest, { registry, outbox }: Engine): Promise<Answers['diff']> {
  const read = async (source: WorkflowSource) => {
    const { workflow, texts } = withoutSecrets(await loadWorkflow(source, registry.definitions, 'keep'), registry.definitions, secretMark)
    outbox.withhold(id, texts)
    return outbox.redactor(id).data(workflow) // before texts are cut to where they differ
  }
  const [was, is] = await Promise.all([read(before), read(after)])
  const { changes, ...rest } = diffWorkflows(was, is)
  return { changes: changes.slice(0, MAX_LISTED), ...rest }
}

/** Carries a file of ours over to the node types and the format of today, and says which nodes that took. */
export async function migrateJob({ path, check }: MigrateRequest, { registry }: Engine): Promise<Answers['migrate']> {
  const text = await read(path)
  const { workflow, migrated } = migrateWorkflow(parseWorkflow(text), registry)
  const written = formatWorkflow(stampVersions(workflow, registry.definitions))
  const isChanged = written !== text
  if (isChanged && !check) await write(path, written)
  return { isChanged, migrated: migrated.slice(0, MAX_LISTED) }
}

/** What can be set in a workflow by name, and what comes out of it by name. */
export async function describeInterface(
  { id, workflow: source, folders }: InterfaceRequest, { registry, outbox }: Engine, signal: AbortSignal,
): Promise<Answers['interface']> {
  const { workflow } = migrateWorkflow(await loadWorkflow(source, registry.definitions), registry)
  outbox.withhold(id, withoutSecrets(workflow, registry.definitions).texts)
  const resolved = await resolveChoices(registry, { paths: folders, signal })
  const definitions = withSubgraphDefinitions(workflow, new Map([...registry.definitions, ...resolved]))
  const types = new Map(workflow.nodes.map(({ id, type }) => [id, type]))
  const outputs = (workflow.outputs ?? []).map((output) => {
    const definition = definitions.get(types.get(output.node) ?? '')
    const socket = definition && outputOf(definition, output.output)?.socket
    return { ...output, ...(socket !== undefined && { socket }) }
  })
  const { title, description } = workflow
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    parameters: listParameters(workflow, definitions).slice(0, MAX_LISTED),
    outputs: outputs.slice(0, MAX_LISTED),
  }
}

/** Stands for a secret: another one for another, and too short to find it by. */
function secretMark(text: string): string {
  return `${WITHHELD} ${hash('sha256', text, 'base64url').slice(0, 3)}`
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw fileProblem(path, fileError(cause, path, 'read'))
  }
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeTextFile(path, text)
  } catch (error) {
    throw error instanceof MediaError ? fileProblem(path, error) : error
  }
}

function fileProblem(path: string, cause: MediaError): WorkflowError {
  const { problem, remedy } = cause
  return new WorkflowError({ code: 'invalid_prompt', at: path, problem, remedy }, { cause })
}
