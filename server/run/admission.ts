/**
 * Looks at a workflow before it is queued. What definitions can tell is told here, at once; a worker is asked only for
 * what it alone knows: hooks of nodes, nodes written for other versions of their types, and types that nobody knows.
 */
import { randomUUID } from 'node:crypto'
import { withoutVirtualNodes } from '../../core/comfy/resolve.ts'
import type { Definitions } from '../../core/types/definition.ts'
import { findFaults } from '../../core/workflow/faults.ts'
import { tryFlatten } from '../../core/workflow/flatten.ts'
import { ancestorsOf, graphOf } from '../../core/workflow/graph.ts'
import type { Graph } from '../../core/workflow/graph.ts'
import { applyModes } from '../../core/workflow/modes.ts'
import { applyOverrides } from '../../core/workflow/overrides.ts'
import type { Problem } from '../../core/workflow/problem.ts'
import { resolveSeeds } from '../../core/workflow/seeds.ts'
import { withSubgraphDefinitions } from '../../core/workflow/subgraphs.ts'
import { askedNodes, missingTargets, outputNodes, relevantProblems } from '../../core/workflow/targets.ts'
import { validateWorkflow } from '../../core/workflow/validate.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import type { Folders } from '../../worker/protocol.ts'
import type { JobRequest } from '../job/job.ts'
import type { Admission, Checked, WorkerDesk } from '../services.ts'
import { carry } from './run-request.ts'

/** Seconds that hooks may take. */
const HOOKS_LIMIT = 15

/** Admission over the workers of a desk. */
export function openAdmission(desk: WorkerDesk, folders: Folders): Admission {
  return { check: (request) => check(request, desk, folders) }
}

async function check(request: JobRequest, desk: WorkerDesk, folders: Folders): Promise<Checked> {
  const known = await desk.definitions()
  let structure = inspect(request, known)
  if (structure.isOutdated) structure = inspect(request, await desk.definitions(true))
  if (!structure.needsWorker) return structure.checked
  const carried = carry(`check-${randomUUID()}`, structure.source, folders)
  try {
    const { targets, parameters, set } = request
    const question = { type: 'validate', id: randomUUID(), workflow: carried.source, folders } as const
    const { problems } = await desk.ask({ ...question, ...(targets && { targets }), ...(parameters && { parameters }), ...(set && { set }) }, HOOKS_LIMIT)
    return { ...structure.checked, ...structure.verdict(problems), problems }
  } finally {
    carried.remove()
  }
}

interface Inspected {
  readonly checked: Checked
  /** As it was given, with nodes of ComfyUI's front end resolved. */
  readonly source: Workflow
  readonly needsWorker: boolean
  /** Whether newer definitions may see it otherwise: files have come since. */
  readonly isOutdated: boolean
  verdict(problems: readonly Problem[]): { readonly good: readonly string[]; readonly bad: readonly string[] }
}

/** What definitions can tell of a workflow. */
function inspect(request: JobRequest, definitions: Definitions): Inspected {
  const source = withoutVirtualNodes(request.workflow, definitions)
  const isForeign = needsMigration(source, definitions)
  try {
    const workflow = isForeign ? source : overridden(source, request, definitions)
    return examine(workflow, source, request, definitions, isForeign)
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    const verdict = () => ({ good: [], bad: [] })
    return { checked: { workflow: source, problems: error.problems, ...verdict() }, source, needsWorker: false, isOutdated: false, verdict }
  }
}

function overridden(workflow: Workflow, { set, parameters }: JobRequest, definitions: Definitions): Workflow {
  if (set === undefined && parameters === undefined) return workflow
  return applyOverrides(workflow, { ...(set && { set }), ...(parameters && { parameters }) }, definitions)
}

function examine(workflow: Workflow, source: Workflow, { targets }: JobRequest, types: Definitions, isForeign: boolean): Inspected {
  const definitions = withSubgraphDefinitions(workflow, types)
  const seeded = resolveSeeds(workflow, types, () => 0).workflow
  const flat = tryFlatten(seeded, { definitions })
  const active = applyModes(flat.workflow, definitions)
  const graph = graphOf(active.workflow)
  const asked = targets ? askedNodes(targets, graph, flat.origins) : outputNodes(active.workflow, graph, definitions)
  const needed = ancestorsOf(graph, asked)
  const found = validateWorkflow(seeded, definitions)
  const missing = missingTargets(seeded, active, targets, graph, flat.origins)
  const problems = [...missing, ...relevantProblems(found, needed, graph, targets)]
  const verdict = (wrong: readonly Problem[]) => {
    const { good, dropped, isRefused } = findFaults(graph, asked, wrong, found)
    return { good: isRefused ? [] : good, bad: isRefused ? asked : dropped.map(({ node }) => node) }
  }
  const judged = verdict(problems)
  return {
    checked: { workflow, problems, ...judged },
    source,
    needsWorker: isForeign || (judged.good.length > 0 && hasHooks(graph, needed, definitions)),
    isOutdated: problems.some(({ code }) => code === 'value_not_in_list'),
    verdict,
  }
}

/** Whether nodes of it were written for other versions of their types, or are of types that are not there. */
function needsMigration(workflow: Workflow, definitions: Definitions): boolean {
  const isOther = ({ type, version = 1 }: Workflow['nodes'][number]) => !type.startsWith('subgraph:') && definitions.get(type)?.version !== version
  return workflow.nodes.some(isOther) || (workflow.subgraphs ?? []).some(({ nodes }) => nodes.some(isOther))
}

function hasHooks(graph: Graph, needed: ReadonlySet<string>, definitions: Definitions): boolean {
  for (const id of needed) if (definitions.get(graph.get(id)?.ref.type ?? '')?.hooks.validate) return true
  return false
}
