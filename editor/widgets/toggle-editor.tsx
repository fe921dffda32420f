import { t } from '../i18n/index.ts'
import type { ValueEditorProps } from './value-editor.tsx'
import type { Widget } from './widget.ts'

/** Yes or no: a switch. */
export function ToggleEditor({ widget: { on, off }, value, commit, label, id, describedBy }: ValueEditorProps<Extract<Widget, { readonly kind: 'toggle' }>>) {
  const isOn = value === true
  return (
    <button type="button" id={id} class="value-toggle" role="switch" aria-checked={isOn} aria-label={id === undefined ? label : undefined} aria-describedby={describedBy} onClick={() => commit(!isOn)}>
      <span class="value-toggle-track"><span class="value-toggle-knob" /></span>
      <span>{isOn ? on ?? t('widgets.on') : off ?? t('widgets.off')}</span>
    </button>
  )
}
