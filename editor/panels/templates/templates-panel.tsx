import { useSignal } from '@preact/signals'
import type { AnswerOf } from '../../../server/client/index.ts'
import type { Session } from '../../app/session.ts'
import { errorText } from '../../commands/error-text.ts'
import { language, t } from '../../i18n/index.ts'
import { AnswerNote } from '../answer-note.tsx'
import type { PanelProps } from '../panel.ts'
import { useAnswer } from '../use-answer.ts'
import { wordsFit } from '../words-fit.ts'
import { openTemplate } from './open-template.ts'
import '../panels.css'
import './templates.css'

type Template = AnswerOf<'GET /templates'>['templates'][number]

/** Workflows to begin from: pressed, one opens in a tab of its own. */
export default function TemplatesPanel({ session }: PanelProps) {
  const search = useSignal('')
  const answer = useAnswer(async () => (await session.client.call('GET /templates', {})).templates)
  const found = (answer.value ?? []).filter(({ title, description, tags, name, zh }) => wordsFit(search.value, title, description, name, zh?.title, zh?.description, ...tags))
  return (
    <div class="panel-part">
      <input class="field" type="search" placeholder={t('panels.templates.search')} aria-label={t('panels.templates.search')} autocomplete="off" spellcheck={false} value={search.value}
        onInput={({ currentTarget }) => { search.value = currentTarget.value }} />
      <AnswerNote answer={answer} />
      {answer.value !== undefined && found.length === 0 && <p class="muted">{t('app.nothingFound')}</p>}
      <ul class="panel-list">{found.map((template) => <Card key={template.name} session={session} template={template} />)}</ul>
    </div>
  )
}

function Card({ session, template }: { readonly session: Session; readonly template: Template }) {
  const isBusy = useSignal(false)
  const { name, tags, needs, thumbnail } = template
  const { title, description } = (language.value === 'zh' ? template.zh : undefined) ?? template
  const open = async () => {
    isBusy.value = true
    try {
      await openTemplate(session, template)
    } catch (error) {
      session.dialogs.tell({ kind: 'error', text: errorText(error) })
    } finally {
      isBusy.value = false
    }
  }
  return (
    <li>
      <button type="button" class="template" data-template={name} aria-busy={isBusy.value} onClick={() => { if (!isBusy.value) void open() }}>
        {thumbnail ? <img src={session.client.templateUrl(name)} alt="" width={64} height={64} loading="lazy" /> : <span class="template-none" />}
        <span class="template-about">
          <span class="template-title">{title}</span>
          <span class="template-text">{description}</span>
          <span class="template-tags">
            {tags.map((tag) => <span key={tag} class="badge">{tag}</span>)}
            {needs !== undefined && <span class="badge warning">{t('panels.templates.needs', { needs })}</span>}
          </span>
        </span>
      </button>
    </li>
  )
}
