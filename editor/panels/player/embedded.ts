/** What a produced file carries about how it was made, read from the answer of a probe. Nothing in it is trusted. */
import type { Json, JsonObject } from '../../../core/types/json.ts'

export interface Embedded {
  /** A workflow in some format, for `openWorkflow`. */
  readonly workflow?: Json
  readonly nodes?: number
  /** "kinograph 0.1.0" */
  readonly maker?: string
  /** "sampler.seed" and its value. */
  readonly seeds: readonly (readonly [input: string, value: string])[]
  readonly models: readonly string[]
}

const NOTHING: Embedded = { seeds: [], models: [] }

/** Ours, or ComfyUI's: what people see of it before what ran. */
export function embeddedIn(metadata: JsonObject | undefined): Embedded {
  if (metadata === undefined) return NOTHING
  const ours = own(metadata, 'kinograph')
  if (isObject(ours)) return oursIn(ours)
  const workflow = [own(metadata, 'workflow'), own(metadata, 'prompt')].find(isObject)
  return workflow === undefined ? NOTHING : { ...NOTHING, workflow, ...counted(workflow), maker: 'ComfyUI' }
}

function oursIn(ours: JsonObject): Embedded {
  const [workflow, version, seeds, models] = ['workflow', 'kinograph', 'seeds', 'models'].map((name) => own(ours, name))
  return {
    ...(isObject(workflow) && { workflow, ...counted(workflow) }),
    ...(typeof version === 'string' && { maker: `Kinograph ${version}` }),
    seeds: isObject(seeds) ? Object.entries(seeds).map(([input, value]) => [input, String(value)] as const) : [],
    models: Array.isArray(models) ? models.flatMap((one: Json) => (isObject(one) && typeof one['file'] === 'string' ? [one['file']] : [])) : [],
  }
}

function counted(workflow: JsonObject): { readonly nodes?: number } {
  const nodes = own(workflow, 'nodes')
  return Array.isArray(nodes) ? { nodes: nodes.length } : {}
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
