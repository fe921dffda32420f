/** Opening, saving, and what a workflow says of itself. */
import type { OpenDocument } from '../app/open-document.ts'
import { saveDocument, saveDocumentAs } from '../app/save-document.ts'
import type { Session } from '../app/session.ts'
import { defaultWorkflow } from '../app/default-workflow.ts'
import type { WorkflowFormat } from '../../core/comfy/detect.ts'
import { pickFiles } from '../files/pick-files.ts'
import { t } from '../i18n/index.ts'
import type { Command } from './command.ts'

/** The documents of a session are all of one kind: the editor makes no other. */
const shown = ({ document }: Session) => document.peek() as OpenDocument

function save(how: (session: Session, document: OpenDocument) => Promise<boolean>) {
  return async (session: Session) => {
    const document = shown(session)
    if (!await how(session, document)) return
    session.dialogs.tell({ kind: 'success', text: t('app.saved', { name: document.saved.peek()?.name ?? '' }) })
  }
}

function exportAs(format: WorkflowFormat) {
  return async (session: Session) => (await import('../files/export.ts')).exportDocument(session, format)
}

/** The title and the description that the file carries. */
async function describe({ dialogs, document }: Session): Promise<void> {
  const { title = '' } = document.peek().workflow.peek()
  const next = await dialogs.askText({ label: t('commands.file.rename'), value: title })
  if (next !== undefined) document.peek().edit([{ type: 'describe', title: next.trim() }])
}

export const fileCommands: readonly Command[] = [
  { id: 'file.new', title: 'commands.file.new', keys: ['Alt+N'], inText: true, run: ({ open }) => void open({ version: 1, nodes: [] }) },
  { id: 'file.loadDefault', title: 'commands.file.loadDefault', keys: ['Ctrl+D'], run: ({ open }) => void open(defaultWorkflow) },
  { id: 'file.open', title: 'commands.file.open', keys: ['Ctrl+O'], inText: true, run: (session) => pickFiles(session) },
  { id: 'file.save', title: 'commands.file.save', keys: ['Ctrl+S'], inText: true, run: save(saveDocument) },
  { id: 'file.saveAs', title: 'commands.file.saveAs', keys: ['Ctrl+Shift+S'], inText: true, run: save(saveDocumentAs) },
  { id: 'file.export', title: 'commands.file.export', run: exportAs('kinograph') },
  { id: 'file.exportUi', title: 'commands.file.exportUi', run: exportAs('comfy-ui') },
  { id: 'file.exportApi', title: 'commands.file.exportApi', run: exportAs('comfy-api') },
  {
    id: 'file.missing', title: 'commands.file.missing',
    run: async (session) => (await import('../panels/missing/open-missing.ts')).openMissing(session, session.document.peek()),
  },
  { id: 'file.rename', title: 'commands.file.rename', run: describe },
  {
    id: 'file.clear', title: 'commands.file.clear', isEnabled: ({ document }) => document.value.workflow.value.nodes.length > 0,
    run: ({ document }) => document.peek().replace(({ version, title }) => ({ version, ...(title !== undefined && { title }), nodes: [] })),
  },
]
