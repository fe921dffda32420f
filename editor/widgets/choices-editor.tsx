import { useEffect, useRef, useState } from 'preact/hooks'
import { t } from '../i18n/index.ts'
import { filterChoices } from './filter-choices.ts'
import { Popup } from './popup.tsx'
import type { ValueEditorProps } from './value-editor.tsx'
import type { Widget } from './widget.ts'

type ChoicesProps = ValueEditorProps<Extract<Widget, { readonly kind: 'choices' }>>

/** From so many on, there is a filter. */
const MANY = 10

/** Several of a list: boxes to tick. */
export function ChoicesEditor(props: ChoicesProps) {
  const { look, leave } = props
  if (look !== 'over') return <Boxes {...props} />
  return <Popup leave={() => leave?.()}><div class="choice-list"><Boxes {...props} /></div></Popup>
}

function Boxes({ widget: { choices }, value, commit, label, look, leave, describedBy }: ChoicesProps) {
  const [text, setText] = useState('')
  const group = useRef<HTMLDivElement>(null)
  useEffect(() => { if (look === 'over') group.current?.querySelector('input')?.focus({ preventScroll: true }) }, [])
  const chosen = Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
  const all = [...new Set([...choices, ...chosen])]
  const change = (choice: string, isChosen: boolean) => commit(all.filter((one) => one === choice ? isChosen : chosen.includes(one)))
  return (
    <div ref={group} class="value-choices" role="group" aria-label={label} aria-describedby={describedBy} onKeyDown={(event) => {
      if (event.key !== 'Escape' || leave === undefined) return
      event.stopPropagation()
      leave()
    }}>
      {all.length >= MANY && (
        <input class="field" type="text" placeholder={t('widgets.filter')} aria-label={`${label}: ${t('widgets.filter')}`} spellcheck={false} autocomplete="off" value={text}
          onInput={(event) => setText(event.currentTarget.value)} />
      )}
      <div class="value-boxes">
        {filterChoices(all, text).map((choice) => (
          <label key={choice}>
            <input type="checkbox" checked={chosen.includes(choice)} onChange={(event) => change(choice, event.currentTarget.checked)} />
            <span>{choice}</span>
          </label>
        ))}
      </div>
      <p class="muted">{t('widgets.chosen', { count: chosen.length })}</p>
    </div>
  )
}
