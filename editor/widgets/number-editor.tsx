import { t } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'
import { LineField } from './line-field.tsx'
import { useDraft } from './use-draft.ts'
import { useScrub } from './use-scrub.ts'
import type { ValueEditorProps } from './value-editor.tsx'
import { rounded, stepped } from './values.ts'
import type { Widget } from './widget.ts'

type NumberWidget = Extract<Widget, { readonly kind: 'number' }>

/** A number: typed (sums too), stepped by arrows and buttons, dragged over, or slid where it has two ends. */
export function NumberEditor({ session: _session, widget, value, commit, look, label, ...rest }: ValueEditorProps<NumberWidget>) {
  const draft = useDraft(widget, value, commit)
  const step = (steps: number) => {
    draft.drop()
    commit(stepped(widget, value, steps))
  }
  const scrub = useScrub((steps) => draft.type(String(stepped(widget, value, steps))), draft.submit)
  const isField = look === 'field'
  return (
    <div class="value-number">
      {isField && widget.slider && <Slider widget={widget} label={label} commit={commit} typed={draft.text} type={draft.type} />}
      <LineField {...rest} label={label} look={look} draft={draft} step={step} inputMode={widget.whole && (widget.min ?? -1) >= 0 ? 'numeric' : 'decimal'} {...(isField && { onPointerDown: scrub })}>
        {isField && <StepButton label={t('widgets.less', { label })} icon={ICONS.minus} run={() => step(-1)} />}
        {isField && <StepButton label={t('widgets.more', { label })} icon={ICONS.plus} run={() => step(1)} />}
      </LineField>
    </div>
  )
}

function StepButton({ label, icon, run }: { readonly label: string; readonly icon: string; readonly run: () => void }) {
  return (
    <button type="button" class="button icon-only" tabIndex={-1} aria-label={label} title={label} onClick={run}><Icon path={icon} size={14} /></button>
  )
}

interface SliderProps extends Pick<ValueEditorProps<NumberWidget>, 'widget' | 'label' | 'commit'> {
  /** What is being chosen, before it is. */
  readonly typed: string
  readonly type: (text: string) => void
}

function Slider({ widget, label, commit, typed, type }: SliderProps) {
  return (
    <input class="value-slider" type="range" min={widget.min} max={widget.max} step={widget.step ?? (widget.whole ? 1 : 'any')} aria-label={t('widgets.slider', { label })}
      value={typed !== '' && Number.isFinite(Number(typed)) ? Number(typed) : widget.min} onInput={(event) => type(event.currentTarget.value)}
      onChange={(event) => commit(rounded(widget, event.currentTarget.valueAsNumber))} />
  )
}
