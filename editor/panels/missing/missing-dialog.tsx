import { useSignal } from '@preact/signals'
import type { EditorDocument } from '../../app/document.ts'
import type { Session } from '../../app/session.ts'
import { errorText } from '../../commands/error-text.ts'
import { applyEdits } from '../../graph/apply-edits.ts'
import { missingOf, type MissingFile, type MissingPlace, type MissingType } from '../../graph/missing.ts'
import { t } from '../../i18n/index.ts'
import type { DialogProps } from '../../shell/dialogs.ts'
import { showNode } from '../../shell/problem-list.tsx'
import { useAnswer } from '../use-answer.ts'
import '../panels.css'
import './missing.css'

export interface MissingDialogProps extends DialogProps<undefined> {
  readonly session: Session
  readonly document: EditorDocument
}

/** What an opened workflow needs that is not here: what provides it, where it stands, and what could be used instead. */
export function MissingDialog({ session, document, close }: MissingDialogProps) {
  const { types, files } = missingOf(document.workflow.value, session.definitions.value)
  const weights = useAnswer(async () => (await session.client.call('GET /weights', {})).models)
  const jump = ({ path, node }: MissingPlace) => {
    close()
    showNode(session, document, [...path, node].join('/'))
  }
  return (
    <div class="dialog-body missing">
      <h2>{t('panels.missing.title', { title: document.title.value })}</h2>
      <p>{t(types.length + files.length === 0 ? 'panels.missing.nothing' : 'panels.missing.kept')}</p>
      <div class="missing-body">
        {types.length > 0 && <section><h3>{t('panels.missing.types')}</h3><ul class="panel-list">{types.map((one) => <TypeRow key={one.type} missing={one} jump={jump} />)}</ul></section>}
        {files.length > 0 && (
          <section><h3>{t('panels.missing.files')}</h3>
            <ul class="panel-list">{files.map((one) => (
              <FileRow key={`${one.kind} ${one.label} ${one.name}`} session={session} document={document} missing={one} jump={jump} model={weights.value?.find(({ name }) => name === one.name)} />
            ))}</ul>
          </section>
        )}
      </div>
      <div class="dialog-buttons"><button type="button" class="button primary" autofocus onClick={() => close()}>{t('app.close')}</button></div>
    </div>
  )
}

function Places({ places, jump }: { readonly places: readonly MissingPlace[]; readonly jump: (place: MissingPlace) => void }) {
  return (
    <p class="missing-places">
      {places.map((place) => <button key={[...place.path, place.node].join('/')} type="button" class="button quiet" onClick={() => jump(place)}>{t('panels.missing.show', { node: [...place.path, place.node].join(' / ') })}</button>)}
    </p>
  )
}

function TypeRow({ missing: { type, places, source, like, isSubgraph }, jump }: { readonly missing: MissingType; readonly jump: (place: MissingPlace) => void }) {
  const name = source?.id ?? source?.repository
  const version = source?.version === undefined ? '' : ` ${source.version}`
  return (
    <li class="missing-row" data-type={type}>
      <p><b class="mono">{type}</b></p>
      {isSubgraph ? <p>{t('panels.missing.subgraph')}</p> : name === undefined ? <p>{t('panels.missing.unknownSource')}</p> : <p>{t('panels.missing.source', { name: `${name}${version}` })}</p>}
      {source?.repository !== undefined && <p><a href={`https://github.com/${source.repository}`} target="_blank" rel="noopener noreferrer">github.com/{source.repository}</a></p>}
      {like !== undefined && <p class="muted">{t('panels.missing.like', { type: like })}</p>}
      <Places places={places} jump={jump} />
    </li>
  )
}

interface FileRowProps extends Pick<MissingDialogProps, 'session' | 'document'> {
  readonly missing: MissingFile
  readonly jump: (place: MissingPlace) => void
  /** What the server knows of it. */
  readonly model: { readonly advice?: string; readonly what?: string } | undefined
}

function FileRow({ session, document, missing: { name, label, places, url, directory, choices, kind }, jump, model }: FileRowProps) {
  const instead = useSignal(choices[0] ?? '')
  const replace = () => {
    try {
      document.replace((workflow) => places.reduce((now, { path, node, input }) =>
        (input === undefined ? now : applyEdits(now, path, [{ type: 'set', node, input, value: instead.value }], session.definitions.peek())), workflow))
    } catch (error) {
      session.dialogs.tell({ kind: 'error', text: errorText(error) })
    }
  }
  return (
    <li class="missing-row" data-file={name}>
      <p><b class="mono">{name}</b> <span class="muted">{label}</span></p>
      {model?.what !== undefined && <p class="muted">{model.what}</p>}
      {model?.advice !== undefined && <p>{model.advice}</p>}
      {url !== undefined && <p><a href={url} target="_blank" rel="noopener noreferrer">{url}</a>{directory === undefined ? '' : ` → models/${directory}`}</p>}
      {model?.advice === undefined && url === undefined && <p>{t(kind === 'upload' ? 'panels.missing.upload' : 'panels.missing.noOffer')}</p>}
      {choices.length > 0 && (
        <p class="missing-instead">
          <select class="field" aria-label={t('panels.missing.insteadOf', { name })} value={instead.value} onChange={({ currentTarget }) => { instead.value = currentTarget.value }}>
            {choices.map((choice) => <option key={choice} value={choice}>{choice}</option>)}
          </select>
          <button type="button" class="button" onClick={replace}>{t('panels.missing.useInstead')}</button>
        </p>
      )}
      <Places places={places} jump={jump} />
    </li>
  )
}
