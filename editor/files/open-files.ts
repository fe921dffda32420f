/** Opens what people give: workflows in any format, and pictures and videos that carry one. */
import type { Session } from '../app/session.ts'
import { errorText } from '../commands/error-text.ts'
import type { Point } from '../graph/scene.ts'
import { KinographError } from '../../server/client/index.ts'
import type { OpenedWorkflow } from '../../core/comfy/open.ts'
import { JSON_LIMITS } from '../../core/workflow/json-text.ts'
import { t } from '../i18n/index.ts'
import { addLoader } from './add-loader.ts'
import { fileKind, titleOf, type FileKind } from './file-kind.ts'
import { loaderOf } from './loader.ts'
import { FORMATS } from './formats.ts'

/** Files that are opened at once; the others are named. */
const MOST = 12
/** What tells JSON from all else. */
const HEAD = 64

export interface OpenFilesOptions {
  /** Where they were dropped, in CSS pixels of the window. */
  readonly client?: Point
  /** Pictures that carry no workflow become nodes without a question: they were pasted. */
  readonly isPasted?: boolean
}

/** Opens each in a tab of its own, or says why not. */
export async function openFiles(session: Session, files: readonly File[], options: OpenFilesOptions = {}): Promise<void> {
  for (const file of files.slice(0, MOST)) await openFile(session, file, options)
  if (files.length > MOST) session.dialogs.tell({ kind: 'warning', text: t('files.tooMany', { count: MOST }) })
}

async function openFile(session: Session, file: File, options: OpenFilesOptions): Promise<void> {
  try {
    const kind = fileKind(file, await file.slice(0, HEAD).text())
    if (kind === 'json') await openText(session, await textOf(file), file.name)
    else if (kind === 'other') tellBad(session, file.name, t('files.notOurs'))
    else await openMedia(session, file, kind, options)
  } catch (error) {
    tellBad(session, file.name, errorText(error))
  }
}

/** Opens the text of a workflow. @throws WorkflowError for what is none */
export async function openText(session: Session, text: string, name: string): Promise<void> {
  const { openWorkflow } = await import('../../core/comfy/open.ts')
  show(session, openWorkflow(text, session.definitions.peek()), name)
}

async function textOf(file: File): Promise<string> {
  if (file.size > JSON_LIMITS.characters) throw new Error(t('files.tooLarge'))
  return file.text()
}

/** The server looks into it: what it finds is a workflow of ours already. */
async function openMedia(session: Session, file: File, kind: FileKind, options: OpenFilesOptions): Promise<void> {
  try {
    const form = new FormData()
    form.set('file', file, file.name)
    show(session, await session.client.call('POST /open', { body: form }), file.name)
  } catch (error) {
    const carriesNone = error instanceof KinographError && (error.code === 'no_workflow' || error.code === 'unreadable')
    if (!carriesNone) throw error
    await offerLoader(session, file, kind, options)
  }
}

function show(session: Session, { workflow, format }: OpenedWorkflow, name: string): void {
  session.open({ ...workflow, title: workflow.title ?? titleOf(name) })
  session.dialogs.tell({ kind: 'success', text: t('files.opened', { name, format: t(FORMATS[format]) }) })
}

async function offerLoader(session: Session, file: File, kind: FileKind, { client, isPasted = false }: OpenFilesOptions): Promise<void> {
  const loader = loaderOf(session.definitions.peek(), kind)
  if (loader === undefined) return tellBad(session, file.name, t('files.noWorkflow'))
  const add = () => addLoader(session, file, loader, client)
  if (isPasted) return add()
  session.dialogs.tell({
    kind: 'info', text: t('files.noWorkflowOffer', { name: file.name }),
    action: { label: t('files.addLoader', { node: loader.definition.title }), run: () => void add() },
  })
}

function tellBad(session: Session, name: string, reason: string): void {
  session.dialogs.tell({ kind: 'error', text: t('files.bad', { name, reason }) })
}
