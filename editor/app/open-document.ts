/** The one implementation of an open document: signals over an immutable workflow and its history. */
import { batch, computed, signal, type ReadonlySignal } from '@preact/signals'
import { sameJson } from '../../core/workflow/json-equal.ts'
import { validateWorkflow } from '../../core/workflow/validate.ts'
import { SUBGRAPH_INPUTS, type Workflow } from '../../core/workflow/workflow.ts'
import type { Definitions } from '../../core/types/definition.ts'
import { uniqueId } from '../../server/client/unique-id.ts'
import { applyEdits } from '../graph/apply-edits.ts'
import type { CanvasSelection, CanvasView } from '../graph/canvas.ts'
import type { Edit } from '../graph/edit.ts'
import { existingPath, findGraph } from '../graph/graph-at.ts'
import { SUBGRAPH_OUTPUTS, type GraphPath, type Scene } from '../graph/scene.ts'
import { sceneOf } from '../graph/scene-of.ts'
import { t } from '../i18n/index.ts'
import type { EditorDocument, SavedPlace } from './document.ts'
import { back, forth, NO_HISTORY, stepped, type History, type Travel } from './history.ts'

/** All that is needed to open a document again as it was. Plain data, in which what workflows share is one object. */
export interface DocumentRecord {
  readonly id: string
  readonly workflow: Workflow
  /** What it was when it was opened or saved last: changes are told, and merged, against it. */
  readonly base: Workflow
  readonly history: History
  readonly path: GraphPath
  readonly view?: CanvasView
  readonly saved?: SavedPlace
  readonly job?: string
}

const NOTHING_SELECTED: CanvasSelection = { nodes: new Set(), groups: new Set() }

/** Edits of one text are one step of undo while they are closer together than this, in milliseconds. */
const TYPING = 1000

/** A record of a workflow that was just opened. */
export function newRecord(workflow: Workflow, saved?: SavedPlace): DocumentRecord {
  return { id: uniqueId(), workflow, base: workflow, history: NO_HISTORY, path: [], ...(saved && { saved }) }
}

export class OpenDocument implements EditorDocument {
  readonly id: string
  readonly #workflow
  readonly #saved
  readonly #base
  readonly #history
  readonly #definitions: ReadonlySignal<Definitions>
  readonly path
  readonly selection = signal<CanvasSelection>(NOTHING_SELECTED)
  readonly view
  readonly job
  readonly workflow: ReadonlySignal<Workflow>
  readonly saved: ReadonlySignal<SavedPlace | undefined>
  /** What it was when it was opened or saved last. */
  readonly base: ReadonlySignal<Workflow>
  readonly title = computed(() => this.saved.value?.name ?? this.workflow.value.title ?? t('app.untitled'))
  readonly isChanged = computed(() => !sameJson(this.#workflow.value, this.#base.value))
  readonly canUndo = computed(() => this.#history.value.past.length > 0)
  readonly canRedo = computed(() => this.#history.value.future.length > 0)
  readonly problems = computed(() => this.#problems())
  readonly scene: ReadonlySignal<Scene> = computed(() =>
    sceneOf(this.workflow.value, existingPath(this.workflow.value, this.path.value), this.#definitions.value, this.problems.value))
  /** The text that was edited last, and when. */
  #typed: { readonly place: string; readonly at: number } | undefined
  /** Of graphs that were left, by their paths. */
  readonly #views = new Map<string, CanvasView>()
  readonly #now: () => number

  constructor(record: DocumentRecord, definitions: ReadonlySignal<Definitions>, now: () => number = Date.now) {
    this.id = record.id
    this.workflow = this.#workflow = signal(record.workflow)
    this.base = this.#base = signal(record.base)
    this.saved = this.#saved = signal(record.saved)
    this.#history = signal(record.history)
    this.path = signal(existingPath(record.workflow, record.path))
    this.view = signal(record.view)
    this.job = signal(record.job)
    this.#definitions = definitions
    this.#now = now
    this.#followPath()
  }

  /** What opens it again as it is now. */
  get record(): DocumentRecord {
    const [view, saved, job] = [this.view.value, this.saved.value, this.job.value]
    return {
      id: this.id, workflow: this.workflow.value, base: this.base.value, history: this.#history.value, path: this.path.value,
      ...(view && { view }), ...(saved && { saved }), ...(job !== undefined && { job }),
    }
  }

  edit(edits: readonly Edit[]): void {
    const place = this.#textPlace(edits)
    const isSameText = place !== undefined && place === this.#typed?.place && this.#now() - this.#typed.at < TYPING
    const before = this.workflow.peek()
    this.#become(applyEdits(before, this.path.peek(), edits, this.#definitions.peek()), isSameText)
    this.#typed = place === undefined || this.workflow.peek() === before ? undefined : { place, at: this.#now() }
  }

  replace(change: (workflow: Workflow) => Workflow): void {
    this.#typed = undefined
    this.#become(change(this.workflow.peek()), false)
  }

  undo(): void {
    this.#travel(back(this.#history.peek(), this.workflow.peek()))
  }

  redo(): void {
    this.#travel(forth(this.#history.peek(), this.workflow.peek()))
  }

  markSaved(place: SavedPlace, workflow: Workflow): void {
    this.#typed = undefined
    batch(() => {
      this.#saved.value = place
      this.#base.value = workflow
    })
  }

  /** Belongs to no saved place any more: it was removed, or the server is another one. */
  forgetPlace(): void {
    this.#saved.value = undefined
  }

  /** @param isSameStep whether it goes on with the last step */
  #become(workflow: Workflow, isSameStep: boolean): void {
    const before = this.workflow.peek()
    if (sameJson(before, workflow)) return
    batch(() => {
      if (!isSameStep) this.#history.value = stepped(this.#history.peek(), { workflow: before, path: this.path.peek() })
      this.#show(workflow, this.path.peek())
    })
  }

  #travel(travel: Travel | undefined): void {
    if (!travel) return
    this.#typed = undefined
    batch(() => {
      this.#history.value = travel.history
      this.#show(travel.to.workflow, travel.to.path)
    })
  }

  /** Shows a workflow where it can be shown: neither the path nor the selection names what is not there. */
  #show(workflow: Workflow, wanted: GraphPath): void {
    this.#workflow.value = workflow
    const path = existingPath(workflow, wanted)
    if (path.join('\n') !== this.path.peek().join('\n')) this.path.value = path
    else this.#pruneSelection()
  }

  #pruneSelection(): void {
    const { nodes, groups } = this.selection.peek()
    if (nodes.size + groups.size === 0) return
    const graph = findGraph(this.workflow.peek(), this.path.peek())
    const known = new Set([SUBGRAPH_INPUTS, SUBGRAPH_OUTPUTS, ...graph?.nodes.map(({ id }) => id) ?? []])
    const count = graph?.groups?.length ?? 0
    const left = { nodes: new Set([...nodes].filter((id) => known.has(id))), groups: new Set([...groups].filter((index) => index < count)) }
    if (left.nodes.size + left.groups.size < nodes.size + groups.size) this.selection.value = left
  }

  /** Each graph keeps its view while another one is looked at; nothing of it stays selected. */
  #followPath(): void {
    let last = this.path.peek()
    this.path.subscribe((path) => {
      if (path === last) return
      const view = this.view.peek()
      if (view) this.#views.set(last.join('\n'), view)
      last = path
      batch(() => {
        this.selection.value = NOTHING_SELECTED
        this.view.value = this.#views.get(path.join('\n'))
      })
    })
  }

  /** Where a text is being written by these edits; undefined where they do anything else. */
  #textPlace(edits: readonly Edit[]): string | undefined {
    const [edit] = edits
    if (edits.length !== 1 || edit?.type !== 'set' || typeof edit.value !== 'string') return undefined
    const input = this.scene.peek().nodes.find(({ id }) => id === edit.node)?.inputs.find(({ name }) => name === edit.input)
    return input?.widget?.kind === 'text' ? JSON.stringify([this.path.peek(), edit.node, edit.input]) : undefined
  }

  #problems() {
    const definitions = this.#definitions.value
    return definitions.size === 0 ? [] : validateWorkflow(this.workflow.value, definitions)
  }
}
