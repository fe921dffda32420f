import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { t } from '../i18n/index.ts'
import { Icon } from './icon.tsx'
import { ICONS } from './icons.ts'
import './search-box.css'

/** Drawn at once; more letters find the others. */
const SHOWN = 100

interface SearchBoxProps<T> {
  readonly label: string
  readonly text: string
  readonly setText: (text: string) => void
  readonly found: readonly T[]
  readonly keyOf: (one: T) => string
  readonly choose: (one: T) => void
  readonly row: (one: T) => ComponentChildren
  readonly isDisabled?: (one: T) => boolean
  /** Beside the list: more about the one that is marked. */
  readonly aside?: (one: T) => ComponentChildren
  /** Between field and list. */
  readonly children?: ComponentChildren
}

/** A field over a list of what it finds, as the APG's combobox: letters find, arrows mark, Enter chooses. */
export function SearchBox<T>({ label, text, setText, found, keyOf, choose, row, isDisabled, aside, children }: SearchBoxProps<T>) {
  const [marked, setMarked] = useState(0)
  const list = useRef<HTMLUListElement>(null)
  const id = useId()
  const shown = found.slice(0, SHOWN)
  const at = Math.min(marked, shown.length - 1)
  const current = shown[at]
  useLayoutEffect(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }), [at, text])
  const onKeyDown = (event: KeyboardEvent) => {
    const last = shown.length - 1
    const next = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1, PageDown: Math.min(last, at + 8), PageUp: Math.max(0, at - 8) }[event.key]
    if (next !== undefined) setMarked(Math.max(0, next))
    else if (event.key === 'Enter' && !event.isComposing) {
      if (current !== undefined && isDisabled?.(current) !== true) choose(current)
    } else return
    event.preventDefault()
  }
  return (
    <>
      <div class="search-field">
        <Icon path={ICONS.search} size={16} />
        <input type="text" role="combobox" autofocus aria-label={label} placeholder={label} aria-expanded={true} aria-controls={id} aria-autocomplete="list"
          aria-activedescendant={current === undefined ? undefined : `${id}-${at}`} autocomplete="off" spellcheck={false} value={text}
          onKeyDown={onKeyDown} onInput={(event) => { setText(event.currentTarget.value); setMarked(0) }} />
      </div>
      {children}
      <div class="search-body">
        <ul ref={list} id={id} role="listbox" aria-label={label}>
          {shown.map((one, index) => (
            <li key={keyOf(one)} id={`${id}-${index}`} role="option" aria-selected={index === at} aria-disabled={isDisabled?.(one) === true || undefined}
              onPointerMove={() => setMarked(index)} onPointerDown={(event) => event.preventDefault()} onClick={() => { if (isDisabled?.(one) !== true) choose(one) }}>
              {row(one)}
            </li>
          ))}
          {shown.length === 0 && <li role="presentation" class="search-nothing">{t('app.nothingFound')}</li>}
        </ul>
        {aside !== undefined && <aside class="search-aside">{current !== undefined && aside(current)}</aside>}
      </div>
      <p class="spoken" role="status">{t('app.foundCount', { count: found.length })}</p>
    </>
  )
}
