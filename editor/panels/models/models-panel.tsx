import { useSignal } from '@preact/signals'
import type { AnswerOf } from '../../../server/client/index.ts'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import { bytesText } from '../../run/words.ts'
import { groupBy } from '../../shell/group-by.ts'
import { AnswerNote } from '../answer-note.tsx'
import type { PanelProps } from '../panel.ts'
import { useAnswer } from '../use-answer.ts'
import { wordsFit } from '../words-fit.ts'
import { LoadReport } from './load-report.tsx'
import { ModelDetails } from './model-details.tsx'
import { isWebLink } from './web-link.ts'
import '../panels.css'
import './models.css'

export type Model = AnswerOf<'GET /weights'>['models'][number]

/** Weights that are there, each to be looked into and used; then those that can be had. */
export default function ModelsPanel({ session }: PanelProps) {
  const search = useSignal('')
  const answer = useAnswer(async () => (await session.client.call('GET /weights', {})).models)
  const found = (answer.value ?? []).filter(({ folder, name, what }) => wordsFit(search.value, folder, name, what))
  const here = found.filter(({ bytes }) => bytes !== undefined)
  const toBeHad = found.filter(({ bytes }) => bytes === undefined)
  const refresh = () => {
    answer.reload()
    void session.commands.run('run.refresh')
  }
  return (
    <div class="panel-part">
      <div class="models-tools">
        <input class="field" type="search" placeholder={t('panels.models.search')} aria-label={t('panels.models.search')} autocomplete="off" spellcheck={false} value={search.value}
          onInput={({ currentTarget }) => { search.value = currentTarget.value }} />
        <button type="button" class="button" onClick={refresh}>{t('panels.models.refresh')}</button>
      </div>
      <AnswerNote answer={answer} />
      {answer.value !== undefined && found.length === 0 && <p class="muted">{t('app.nothingFound')}</p>}
      {[...groupBy(here, ({ folder }) => folder)].map(([folder, models]) => (
        <section key={folder}><h3>{folder}</h3><ul class="panel-list">{models.map((model) => <Here key={model.name} session={session} model={model} />)}</ul></section>
      ))}
      <LoadReport session={session} />
      {toBeHad.length > 0 && (
        <details class="models-more">
          <summary>{t('panels.models.toBeHad')}<span class="badge">{toBeHad.length}</span></summary>
          <ul class="panel-list">{toBeHad.map((model) => <ToBeHad key={`${model.folder}/${model.name}`} model={model} />)}</ul>
        </details>
      )}
    </div>
  )
}

function Here({ session, model }: { readonly session: Session; readonly model: Model }) {
  const isOpen = useSignal(false)
  const { name, bytes = 0, what } = model
  return (
    <li class="model" data-model={name}>
      <button type="button" class="model-head" aria-expanded={isOpen.value} onClick={() => { isOpen.value = !isOpen.value }}>
        <span class="model-name">{name}</span><span class="muted">{bytesText(bytes)}</span>
        {what !== undefined && <span class="model-what muted">{what}</span>}
      </button>
      {isOpen.value && <ModelDetails session={session} model={model} />}
    </li>
  )
}

function ToBeHad({ model: { folder, name, what, size, url, advice, later } }: { readonly model: Model }) {
  return (
    <li class="model model-absent" data-model={name}>
      <p><b>{name}</b> {size !== undefined && <span class="muted">{size}</span>}</p>
      {what !== undefined && <p class="muted">{folder} · {what}</p>}
      {later !== undefined && <p class="badge warning">{t('panels.models.later', { what: later })}</p>}
      {advice !== undefined && <p class="muted model-advice">{advice}</p>}
      {url !== undefined && isWebLink(url) && <a href={url} target="_blank" rel="noopener noreferrer">{t('panels.models.download')}</a>}
    </li>
  )
}
