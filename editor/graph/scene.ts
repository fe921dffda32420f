/**
 * What a canvas draws: one graph of a workflow (the whole, or a subgraph that was entered) with all that its node types
 * say already looked up. Plain data; `sceneOf` makes it from the workflow, and every view reads it.
 */
import type { InputDefinition, NodeDefinition } from '../../core/types/definition.ts'
import type { Json } from '../../core/types/json.ts'
import type { SocketType } from '../../core/types/socket.ts'
import type { Problem } from '../../core/workflow/problem.ts'
import type { Link, NodeMode } from '../../core/workflow/workflow.ts'
import type { Widget } from '../widgets/widget.ts'

export type Point = readonly [x: number, y: number]
export type Size = readonly [width: number, height: number]
/** x, y, width, height in graph units. */
export type Rectangle = readonly [x: number, y: number, width: number, height: number]

/** Which graph of the workflow is shown: the ids of the nodes that were entered, from the outermost; none for the workflow itself. */
export type GraphPath = readonly string[]

export interface Scene {
  readonly path: GraphPath
  readonly nodes: readonly SceneNode[]
  readonly groups: readonly SceneGroup[]
}

/**
 * How a node is drawn. `reroute`: a point that a link goes through. `note`: text alone. `inputs`, `outputs`: the border
 * of a subgraph that was entered, with the ids SUBGRAPH_INPUTS and SUBGRAPH_OUTPUTS. `unknown`: of no type that we know.
 */
export type SceneNodeKind = 'node' | 'reroute' | 'note' | 'subgraph' | 'inputs' | 'outputs' | 'unknown'

/** The id of what stands for the outputs of a subgraph that was entered; SUBGRAPH_INPUTS of core/workflow for its inputs. */
export const SUBGRAPH_OUTPUTS = '$outputs'

export interface SceneNode {
  readonly id: string
  readonly type: string
  readonly kind: SceneNodeKind
  /** What its title bar says. */
  readonly title: string
  readonly position: Point
  /** As the person made it; as large as it needs to be when left out. */
  readonly size?: Size
  readonly mode?: NodeMode
  readonly collapsed: boolean
  readonly pinned: boolean
  /** `#rrggbb`. */
  readonly color?: string
  /** Shows or saves something. */
  readonly isOutput: boolean
  readonly definition?: NodeDefinition
  readonly inputs: readonly SceneInput[]
  readonly outputs: readonly SceneOutput[]
  /** What is wrong with it as it stands. */
  readonly problems: readonly Problem[]
}

export interface SceneInput {
  /** As edits name it; '' for the place on a border where a link makes a new output of the subgraph. */
  readonly name: string
  readonly label: string
  readonly socket: SocketType
  readonly required: boolean
  readonly tooltip?: string
  /** Where its value comes from, when it is linked; `output` is the `key` of that output, where there is one. */
  readonly link?: Link
  /** How it is written by hand, where it can be; a link has precedence. */
  readonly widget?: Widget
  /** What is written there, or its default. */
  readonly value?: Json
  /** Whether `value` is the default, since the workflow says nothing. */
  readonly isDefault: boolean
  /** Whether a link may be drawn to it. */
  readonly hasSocket: boolean
  readonly definition?: InputDefinition
  readonly problem?: Problem
}

export interface SceneOutput {
  readonly name: string
  /** How links mean it: its name, or its place where the type is unknown. '' for the place on a border where a link makes a new one. */
  readonly key: string | number
  readonly label: string
  readonly socket: SocketType
  readonly tooltip?: string
  /** Gives a list to be mapped over. */
  readonly each?: boolean
}

export interface SceneGroup {
  readonly index: number
  readonly title: string
  readonly bounds: Rectangle
  /** `#rrggbb`. */
  readonly color?: string
}
