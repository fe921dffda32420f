/** What the whole editor shares. Every part takes it as its one argument; signals say what there is now. */
import type { ReadonlySignal, Signal } from '@preact/signals'
import type { Definitions } from '../../core/types/definition.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { KinographClient } from '../../server/client/index.ts'
import type { GraphCanvas } from '../graph/canvas.ts'
import type { RunBook } from '../run/run-book.ts'
import type { Dialogs } from '../shell/dialogs.ts'
import type { CommandTable } from '../commands/command.ts'
import type { EditorDocument, SavedPlace } from './document.ts'
import type { Settings } from './settings.ts'

export type ViewName = 'graph' | 'form' | 'list'

/** A value of a node that is being written. */
export interface EditedValue {
  readonly document: EditorDocument
  readonly node: string
  readonly input: string
}

export interface Session {
  readonly client: KinographClient
  /** Of all node types; empty until the server has answered. */
  readonly definitions: ReadonlySignal<Definitions>
  /** Asks the server again: plugins and folders may have changed. */
  refreshDefinitions(): Promise<void>
  readonly documents: ReadonlySignal<readonly EditorDocument[]>
  readonly document: ReadonlySignal<EditorDocument>
  /** Opens a workflow in a tab of its own and shows it. */
  open(workflow: Workflow, place?: SavedPlace): EditorDocument
  show(id: string): void
  /** Asks before changes are lost. */
  close(id: string): Promise<void>
  /** Another order of the tabs. */
  moveTab(id: string, index: number): void
  readonly view: Signal<ViewName>
  /** The id of the panel that is open at the side. */
  readonly panel: Signal<string | undefined>
  readonly settings: ReadonlySignal<Settings>
  changeSettings(changes: Partial<Settings>): void
  readonly runs: RunBook
  readonly commands: CommandTable
  readonly dialogs: Dialogs
  /** Whether only the view is seen, without what is around it. */
  readonly focusMode: Signal<boolean>
  /** The value that is being written over the canvas. */
  readonly editing: Signal<EditedValue | undefined>
  /** While the page has one. */
  readonly canvas: Signal<GraphCanvas | undefined>
}
