import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { Session } from '../app/session.ts'
import { t } from '../i18n/index.ts'
import { ProblemList } from '../shell/problem-list.tsx'
import { RunBar } from './run-bar.tsx'
import { ChooseInputs } from './choose-inputs.tsx'
import { FormField } from './form-field.tsx'
import { placedParameters } from './placed-parameters.ts'
import { Result } from './result.tsx'
import '../shell/properties.css'
import './form.css'

/** A workflow without its graph: the inputs that it exposes, Run, and what comes of it. */
export default function FormView({ session }: { readonly session: Session }) {
  const document = session.document.value
  const workflow = document.workflow.value
  const definitions = session.definitions.value
  const problems = document.problems.value
  const isArranged = useSignal(false)
  const fields = useMemo(() => placedParameters(workflow, definitions, problems), [workflow, definitions, problems])
  const isEmpty = fields.length === 0
  useEffect(() => { if (isEmpty) isArranged.value = true }, [isEmpty]) // and stays so while the first ones are chosen
  const elsewhere = problems.filter(({ node, input }) => !fields.some(({ parameter }) => parameter.node === node?.id && parameter.input === input))
  return (
    <div class="form-view" key={document.id}>
      <form class="form-inputs" aria-label={t('form.title')} onSubmit={(event) => event.preventDefault()}>
        <header class="form-head">
          <h1>{workflow.title ?? document.title.value}</h1>
          {workflow.description !== undefined && <p class="muted">{workflow.description}</p>}
        </header>
        <ProblemList session={session} document={document} problems={[...elsewhere, ...session.runs.refusals(document).value]} isNamed />
        {isEmpty && <p>{t('form.empty')}</p>}
        {fields.map((field, index) => (
          <FormField key={`${field.parameter.node} ${field.parameter.input}`} session={session} document={document} field={field} place={{ index, count: fields.length }} isArranged={isArranged.value} />
        ))}
        {(isArranged.value || isEmpty) && <ChooseInputs session={session} document={document} />}
        {!isEmpty && (
          <button type="button" class="button quiet form-arrange" aria-pressed={isArranged.value} onClick={() => { isArranged.value = !isArranged.value }}>
            {t(isArranged.value ? 'form.arrangeDone' : 'form.arrange')}
          </button>
        )}
        <RunBar session={session} document={document} />
      </form>
      <Result session={session} document={document} />
    </div>
  )
}
