import { useSignal } from '@preact/signals'
import type { Session } from '../../app/session.ts'
import { errorText } from '../../commands/error-text.ts'
import { t } from '../../i18n/index.ts'
import { whenText } from '../../run/words.ts'
import { Icon } from '../../shell/icon.tsx'
import { ICONS } from '../../shell/icons.ts'
import { AnswerNote } from '../answer-note.tsx'
import type { PanelProps } from '../panel.ts'
import { useAnswer } from '../use-answer.ts'
import { wordsFit } from '../words-fit.ts'
import { byFolder } from './folders.ts'
import { deleteSaved, duplicateSaved, openSaved, renameSaved, type Saved } from './shelf.ts'
import { VersionsDialog, type VersionsDialogProps } from './versions-dialog.tsx'
import '../panels.css'
import './workflows.css'

/** The library: what is saved on the server, by folders. */
export default function WorkflowsPanel({ session }: PanelProps) {
  const search = useSignal('')
  const places = session.documents.value.map(({ saved }) => `${saved.value?.name} ${saved.value?.etag}`).join('\n')
  const answer = useAnswer(() => session.client.workflows(), places)
  const all = answer.value ?? []
  const found = all.filter(({ name }) => wordsFit(search.value, name))
  const taken = new Set(all.map(({ name }) => name))
  return (
    <div class="panel-part">
      <div class="panel-buttons">
        <button type="button" class="button primary" onClick={() => void session.commands.run('file.save')}>{t('app.save')}</button>
        <button type="button" class="button" onClick={() => void session.commands.run('file.saveAs')}>{t('commands.file.saveAs')}</button>
      </div>
      <input class="field" type="search" placeholder={t('panels.workflows.search')} aria-label={t('panels.workflows.search')} autocomplete="off" spellcheck={false} value={search.value}
        onInput={({ currentTarget }) => { search.value = currentTarget.value }} />
      <AnswerNote answer={answer} />
      {answer.value !== undefined && found.length === 0 && <p class="muted">{t(all.length === 0 ? 'panels.workflows.none' : 'app.nothingFound')}</p>}
      {byFolder(found).map(({ name, items }) => {
        const rows = <ul class="panel-list saved-list">{items.map((saved) => <Row key={saved.name} session={session} saved={saved} folder={name} taken={taken} reload={answer.reload} />)}</ul>
        return name === '' ? <div key="">{rows}</div> : <details key={name} open class="saved-folder"><summary>{name}<span class="badge">{items.length}</span></summary>{rows}</details>
      })}
    </div>
  )
}

interface RowProps {
  readonly session: Session
  readonly saved: Saved
  readonly folder: string
  readonly taken: ReadonlySet<string>
  readonly reload: () => void
}

function Row({ session, saved: { name, modified }, folder, taken, reload }: RowProps) {
  const shown = session.document.value.saved.value?.name === name
  const attempt = (what: () => Promise<unknown>) => () => {
    what().then(reload, (error: unknown) => session.dialogs.tell({ kind: 'error', text: errorText(error) }))
  }
  const menu = (button: Element) => {
    const { left, bottom } = button.getBoundingClientRect()
    session.dialogs.menu([
      { label: t('panels.workflows.rename'), run: attempt(() => renameSaved(session, name)) },
      { label: t('panels.workflows.duplicate'), run: attempt(() => duplicateSaved(session, name, taken)) },
      { label: t('panels.workflows.versions'), run: () => void session.dialogs.ask<undefined, VersionsDialogProps>(VersionsDialog, { session, name }, t('panels.workflows.versionsOf', { name })) },
      'separator',
      { label: t('panels.workflows.deleteIt'), run: attempt(() => deleteSaved(session, name)) },
    ], [left, bottom + 4])
  }
  return (
    <li class="saved-row" data-workflow={name} data-shown={shown}>
      <button type="button" class="button quiet saved-open" title={name} onClick={attempt(() => openSaved(session, name))}>
        <span>{folder === '' ? name : name.slice(folder.length + 1)}</span><time class="muted" dateTime={new Date(modified).toISOString()}>{whenText(modified)}</time>
      </button>
      <button type="button" class="button quiet icon-only" aria-haspopup="menu" aria-label={t('panels.workflows.actions', { name })} onClick={({ currentTarget }) => menu(currentTarget)}><Icon path={ICONS.more} /></button>
    </li>
  )
}
