/** Makes what the whole editor shares: what was open comes back as it was left. */
import { computed, signal } from '@preact/signals'
import type { Definitions } from '../../core/types/definition.ts'
import { definitionMap } from '../../core/types/definition.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { KinographClient } from '../../server/client/index.ts'
import { uniqueId } from '../../server/client/unique-id.ts'
import { createCommandTable } from '../commands/command-table.ts'
import { laidOut } from '../graph/arrange.ts'
import type { GraphCanvas } from '../graph/canvas.ts'
import { nodeWords, t } from '../i18n/index.ts'
import { translated } from '../i18n/node-words.ts'
import type { RunBook } from '../run/run-book.ts'
import type { Dialogs } from '../shell/dialogs.ts'
import { closeDocument } from './close-document.ts'
import { defaultWorkflow } from './default-workflow.ts'
import { takeDesk, type DeskLocks } from './desk.ts'
import { Keeper } from './keeper.ts'
import { newRecord, OpenDocument } from './open-document.ts'
import { readDocuments } from './read-documents.ts'
import type { EditedValue, Session, ViewName } from './session.ts'
import { createSettingsStore } from './settings-store.ts'
import type { Storage } from './storage.ts'
import { Tabs } from './tabs.ts'

/** What of the page, and of the editor's other parts, a session is made with. */
export interface SessionParts {
  readonly storage: Storage
  readonly locks: DeskLocks
  /** Where settings are kept in this browser. */
  readonly local: Pick<globalThis.Storage, 'getItem' | 'setItem'>
  readonly languages: readonly string[]
  readonly dialogs: Dialogs
  readonly runs: (session: Session) => RunBook
}

/** A session, and what only the page itself does with it. */
export interface OpenSession extends Session {
  /** Writes what is open into the browser's database now. */
  keep(): Promise<void>
  /** Takes the settings that the server has, when they are newer. */
  loadSettings(): Promise<void>
  /** The open documents, with what saving needs to know of them. */
  readonly tabs: Tabs
}

/** Opens the editor: the documents, tabs, view and panel that this browser tab had, or the default workflow. */
export async function openSession(client: KinographClient, parts: SessionParts): Promise<OpenSession> {
  const { storage, dialogs } = parts
  const told = signal<Definitions>(new Map())
  const definitions = computed(() => translated(told.value, nodeWords.value))
  /** On its way while the documents are read. */
  let first: ReturnType<KinographClient['nodes']> | undefined = client.nodes()
  first.catch(() => {}) // whoever asks for the definitions hears of it
  const { id: deskId, desk } = await takeDesk(storage, parts.locks).catch(() => ({ id: uniqueId(), desk: undefined })) // no database: nothing to restore
  const records = desk ? await readDocuments(storage, desk.documents) : []
  const openDocument = (record: ReturnType<typeof newRecord>) => new OpenDocument(record, definitions)
  const [leftmost = newRecord(defaultWorkflow), ...others] = records
  const tabs = new Tabs([openDocument(leftmost), ...others.map(openDocument)], desk?.shown)
  const settings = createSettingsStore(client, parts.local, parts.languages)
  const view = signal<ViewName>(desk?.view ?? 'graph')
  const panel = signal(desk?.panel)

  const keeper = new Keeper(storage, () => ({
    documents: tabs.all.value,
    desk: { id: deskId, shown: tabs.shown.value.id, view: view.value, ...(panel.value !== undefined && { panel: panel.value }) },
  }), () => dialogs.tell({ kind: 'warning', text: t('app.notKept') }))

  const session: OpenSession = {
    client, tabs, dialogs, view, panel,
    definitions,
    refreshDefinitions: async () => {
      const asked = first ?? client.nodes()
      first = undefined
      told.value = definitionMap(await asked)
    },
    documents: tabs.all,
    document: tabs.shown,
    open(workflow: Workflow, place) {
      // Files of other programs often say nothing of where nodes are.
      const document = openDocument(newRecord(laidOut(workflow, definitions.peek()), place))
      tabs.add(document)
      return document
    },
    show: (id) => tabs.show(id),
    close: (id) => closeDocument(session, id, () => openDocument(newRecord(defaultWorkflow))),
    moveTab: (id, index) => tabs.move(id, index),
    settings: settings.settings,
    changeSettings: settings.change,
    get runs() { return runs },
    get commands() { return commands },
    focusMode: signal(false),
    editing: signal<EditedValue | undefined>(undefined),
    canvas: signal<GraphCanvas | undefined>(undefined),
    keep: () => keeper.flush(),
    loadSettings: settings.load,
  }
  const commands = createCommandTable(session)
  const runs = parts.runs(session)
  return session
}
