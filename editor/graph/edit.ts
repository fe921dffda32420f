/**
 * Every change that a person can make to a graph, as data. What is done by mouse, by key, in the form and in the list is
 * the same edit; `applyEdits` (a pure function) makes the next workflow of it, and one call is one step of undo.
 */
import type { Json } from '../../core/types/json.ts'
import type { NodeMode, WorkflowNode } from '../../core/workflow/workflow.ts'
import type { Point, Rectangle, Size } from './scene.ts'

export type Edit =
  | { readonly type: 'add'; readonly nodes: readonly WorkflowNode[] }
  /** What links to them is left without. */
  | { readonly type: 'remove'; readonly nodes: readonly string[] }
  | { readonly type: 'move'; readonly nodes: readonly { readonly id: string; readonly position: Point }[] }
  | { readonly type: 'resize'; readonly id: string; readonly size: Size }
  /** Replaces what the input had. `output` by name, or by index where the type is unknown. */
  | { readonly type: 'connect'; readonly from: string; readonly output: string | number; readonly to: string; readonly input: string }
  | { readonly type: 'disconnect'; readonly to: string; readonly input: string }
  /** Without a value: back to the default. */
  | { readonly type: 'set'; readonly node: string; readonly input: string; readonly value?: Json }
  /** Without a title: back to that of the type. */
  | { readonly type: 'rename'; readonly id: string; readonly title?: string }
  | { readonly type: 'mode'; readonly nodes: readonly string[]; readonly mode?: NodeMode }
  | { readonly type: 'look'; readonly nodes: readonly string[]; readonly look: Partial<Look> }
  | { readonly type: 'addGroup'; readonly title: string; readonly bounds: Rectangle; readonly color?: string }
  | { readonly type: 'changeGroup'; readonly index: number; readonly title?: string; readonly bounds?: Rectangle; readonly color?: string }
  | { readonly type: 'removeGroup'; readonly index: number }
  /** Puts a point into a link: a node of the type Reroute. */
  | { readonly type: 'reroute'; readonly to: string; readonly input: string; readonly position: Point; readonly id?: string }
  /** Gives an input a name of its own, for the form, the command line and HTTP; without a name, takes it away. */
  | { readonly type: 'expose'; readonly node: string; readonly input: string; readonly name?: string; readonly description?: string }
  /** Of the workflow as a whole. */
  | { readonly type: 'describe'; readonly title?: string; readonly description?: string }

/** How a node looks; kept in its `extra.editor`. `null`: as its type does. */
export interface Look {
  readonly collapsed: boolean
  readonly pinned: boolean
  /** `#rrggbb` */
  readonly color: string | null
}
