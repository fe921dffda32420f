import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import { t } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'
import { filterChoices } from './filter-choices.ts'

/** Drawn at once; typing finds the others. */
const SHOWN = 200

interface ChoiceListProps {
  readonly label: string
  readonly choices: readonly string[]
  readonly value: string | undefined
  readonly choose: (choice: string) => void
  /** Without a choice. */
  readonly leave: () => void
  /** The address of a small picture of a choice. */
  readonly thumbnail?: ((choice: string) => string) | undefined
  /** Whether what is written may be what is meant, where it is none of them. */
  readonly isFree?: boolean
  /** Below the list: what adds to it. */
  readonly children?: ComponentChildren
}

/** A filter over a list box, as the APG's combobox: arrows mark, Enter chooses, Escape leaves. */
export function ChoiceList({ label, choices, value, choose, leave, thumbnail, isFree = false, children }: ChoiceListProps) {
  const [text, setText] = useState('')
  const found = filterChoices(choices, text)
  const [marked, setMarked] = useState(() => Math.max(0, choices.indexOf(value ?? '')))
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const id = useId()
  const shown = found.slice(0, Math.max(SHOWN, marked + 1))
  useEffect(() => field.current?.focus({ preventScroll: true }), [])
  useLayoutEffect(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }), [marked, text])
  const onKeyDown = (event: KeyboardEvent) => {
    const last = found.length - 1
    const next = { ArrowDown: marked === last ? 0 : marked + 1, ArrowUp: marked === 0 ? last : marked - 1, PageDown: Math.min(last, marked + 10), PageUp: Math.max(0, marked - 10) }[event.key]
    if (next !== undefined) setMarked(Math.max(0, next))
    else if (event.key === 'Enter') {
      const choice = found[marked] ?? (isFree && text.trim() !== '' ? text.trim() : undefined)
      if (choice !== undefined) choose(choice)
    } else if (event.key === 'Escape') leave()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div class="choice-list">
      <input ref={field} class="field" type="text" role="combobox" aria-label={`${label}: ${t('widgets.filter')}`} placeholder={t('widgets.filter')} aria-expanded={true}
        aria-controls={id} aria-autocomplete="list" aria-activedescendant={shown[marked] === undefined ? undefined : `${id}-${marked}`}
        autocomplete="off" spellcheck={false} value={text} onKeyDown={onKeyDown}
        onInput={(event) => { setText(event.currentTarget.value); setMarked(0) }} />
      <ul ref={list} id={id} role="listbox" aria-label={label}>
        {shown.map((choice, index) => (
          <li key={choice} id={`${id}-${index}`} role="option" aria-selected={index === marked} data-chosen={choice === value} title={choice}
            onPointerMove={() => setMarked(index)} onPointerDown={(event) => event.preventDefault()} onClick={() => choose(choice)}>
            {thumbnail !== undefined && <img src={thumbnail(choice)} alt="" loading="lazy" width={32} height={32} />}
            <span>{choice}</span>
            {choice === value && <Icon path={ICONS.check} size={14} />}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="choice-note">{t(choices.length === 0 ? 'widgets.noChoices' : 'widgets.noMatch')}</p>}
      {found.length > shown.length && <p class="choice-note">{t('widgets.moreChoices', { count: found.length - shown.length })}</p>}
      {children}
    </div>
  )
}
