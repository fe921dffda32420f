/** Why a link may not be drawn; said while it is held, so that nobody has to try. */
import { REROUTE } from '../../core/comfy/virtual.ts'
import { ANY, fits } from '../../core/types/socket.ts'
import type { Definitions } from '../../core/types/definition.ts'
import { SUBGRAPH_INPUTS, type Workflow } from '../../core/workflow/workflow.ts'
import { t } from '../i18n/index.ts'
import { graphView, type GraphView, type InputSlot } from './graph-view.ts'
import { SUBGRAPH_OUTPUTS, type GraphPath } from './scene.ts'
import { socketWords } from './socket-words.ts'

/** What speaks against a link from an output to an input, in the person's language; `undefined` where it may be drawn. */
export function linkProblem(
  workflow: Workflow, path: GraphPath, definitions: Definitions, from: string, output: string | number, to: string, input: string,
): string | undefined {
  const view = graphView(workflow, path, definitions)
  return nodesProblem(view, from, to) ?? socketsProblem(view, from, output, to, input) ?? loopProblem(view, from, to)
}

function nodesProblem(view: GraphView, from: string, to: string): string | undefined {
  const isInside = view.part.subgraph !== undefined
  const isHere = (id: string, border: string) => (id === border ? isInside : view.nodes.has(id))
  if (!isHere(from, SUBGRAPH_INPUTS) || !isHere(to, SUBGRAPH_OUTPUTS)) return t('canvas.refuse.node')
  return from === to ? t('canvas.refuse.itself') : undefined
}

function socketsProblem(view: GraphView, from: string, output: string | number, to: string, input: string): string | undefined {
  const source = view.outputOf({ from, output })
  // A type that is not known may have outputs that nothing has told of yet.
  if (!source && view.definitionOf(from)) return t('canvas.refuse.output', { node: nameOf(view, from) })
  const target = view.inputOf(to, input)
  if (!target && view.definitionOf(to)) return t('canvas.refuse.input', { node: nameOf(view, to) })
  if (!source || !target) return undefined
  if (target.definition?.socketless) return t('canvas.refuse.socketless')
  // What a reroute passes on now is what this link would replace.
  const own = view.nodes.get(to)?.type === REROUTE ? undefined : misfit(source.socket, target, 'canvas.refuse.type')
  return own ?? misfitBehind(view, source.socket, to, input)
}

type Socket = InputSlot['socket']

function misfit(from: Socket, { socket }: InputSlot, words: 'canvas.refuse.type' | 'canvas.refuse.through'): string | undefined {
  return fits(from, socket) ? undefined : t(words, { from: socketWords(from), to: socketWords(socket) })
}

/** What reads a reroute gets whatever is put into it. */
function misfitBehind(view: GraphView, from: Socket, to: string, input: string): string | undefined {
  if (from === ANY) return undefined
  for (const behind of view.behind(to, input)) {
    const slot = view.inputOf(behind.to, behind.input)
    const problem = slot && misfit(from, slot, 'canvas.refuse.through')
    if (problem) return problem
  }
  return undefined
}

/** Whether what would give the value depends on what would get it. Walks a list: chains may be long. */
function loopProblem(view: GraphView, from: string, to: string): string | undefined {
  if (from === SUBGRAPH_INPUTS || to === SUBGRAPH_OUTPUTS) return undefined
  const behind = new Map<string, string | undefined>([[to, undefined]])
  for (const id of behind.keys()) { // a map is walked with what is added
    if (id === from) return t('canvas.refuse.cycle', { path: wayTo(view, from, behind) })
    for (const reader of view.readersOf(id)) if (!behind.has(reader.to)) behind.set(reader.to, id)
  }
  return undefined
}

function wayTo(view: GraphView, from: string, behind: ReadonlyMap<string, string | undefined>): string {
  const way: string[] = []
  for (let id: string | undefined = from; id !== undefined; id = behind.get(id)) way.unshift(nameOf(view, id))
  const loop = [...way, way[0]!]
  return (loop.length <= 6 ? loop : [...loop.slice(0, 3), '…', ...loop.slice(-2)]).join(' → ')
}

function nameOf(view: GraphView, id: string): string {
  return view.nodes.get(id)?.title ?? view.definitionOf(id)?.title ?? view.nodes.get(id)?.type ?? id
}
