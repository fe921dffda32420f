/** What the files of a run say about its making. */
import { basename, join, relative, sep } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import type { Registry } from '../core/plugins/registry.ts'
import type { Redactor } from '../core/workflow/redact.ts'
import type { Workflow } from '../core/workflow/workflow.ts'
import type { EmbeddedMetadata } from '../media/index.ts'
import type { FoundModel } from '../nodes/models/places.ts'
import { filesIn, modelChoiceOf, modelPath } from '../nodes/models/port.ts'
import type { Provenance } from '../nodes/services.ts'
import { fileIdentity } from '../tensor/index.ts'
import type { Folders } from './protocol.ts'

const WEIGHTS = /\.(safetensors|bin|pt|pth|ckpt)$/

/**
 * The provenance of runs with this registry and these folders.
 * @param redactor takes out what must not be in a file
 */
export function provenanceOf(registry: Registry, folders: Folders, redactor: Redactor): Provenance {
  return {
    async describe(workflow, signal): Promise<EmbeddedMetadata> {
      const files = await weightFiles(workflow, registry, folders)
      const models = await Promise.all(files.map(async ({ path, file }) => ({ file, hash: (await fileIdentity(path)).hash })))
      signal.throwIfAborted()
      return redactor.data({ kinograph: packageJson.version, workflow, seeds: seedsOf(workflow, registry), models })
    },
  }
}

/** The values of all seed inputs, by "node.input". */
function seedsOf(workflow: Workflow, { definitions }: Registry): Record<string, number> {
  const seeds = new Map<string, number>()
  for (const { id, type, inputs = {} } of workflow.nodes) {
    for (const { name, seed } of definitions.get(type)?.inputs ?? []) {
      const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined
      if (seed && typeof value === 'number') seeds.set(`${id}.${name}`, value)
    }
  }
  return Object.fromEntries(seeds)
}

/** The weights behind the models that the workflow names, each once, by its path below the models folder. */
async function weightFiles(workflow: Workflow, registry: Registry, folders: Folders): Promise<{ path: string; file: string }[]> {
  const files = new Map<string, string>()
  for (const { type, inputs = {} } of workflow.nodes) {
    for (const [input, port] of Object.entries(registry.nodes.get(type)?.node.inputs ?? {})) {
      const choice = modelChoiceOf(port)
      const value = choice !== undefined && Object.hasOwn(inputs, input) ? inputs[input] : undefined
      if (choice === undefined || typeof value !== 'string') continue
      const found = await modelPath(folders, choice.folder, value)
      for (const path of await weightsOf(found, choice.part)) files.set(path, relative(found.root, path).split(sep).join('/'))
    }
  }
  return [...files].map(([path, file]) => ({ path, file })).sort((a, b) => a.file < b.file ? -1 : 1)
}

/** The weight files of a model, or of a part of it. */
export async function weightsOf({ path }: FoundModel, part: string | undefined): Promise<string[]> {
  if (part === undefined && WEIGHTS.test(basename(path))) return [path]
  const names = await filesIn(part === undefined ? path : join(path, part))
  return names.filter((name) => WEIGHTS.test(name))
}
