import { useLayoutEffect, useRef } from 'preact/hooks'
import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import { t } from '../i18n/index.ts'
import { Icon } from './icon.tsx'
import { ICONS } from './icons.ts'
import './tab-strip.css'

/** The open workflows. Arrows go from tab to tab, Ctrl+Shift with them (or a drag) moves one, Delete closes it. */
export function TabStrip({ session }: { readonly session: Session }) {
  const strip = useRef<HTMLDivElement>(null)
  const dragged = useRef<string | undefined>(undefined)
  const shown = session.document.value.id
  useLayoutEffect(() => {
    strip.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [shown])
  const drop = (index: number) => {
    if (dragged.current !== undefined) session.moveTab(dragged.current, index)
    dragged.current = undefined
  }
  return (
    <div class="tab-strip">
      <div ref={strip} class="tab-list" role="tablist" aria-label={t('app.tabs')} onKeyDown={(event) => onKey(session, strip.current!, event)}>
        {session.documents.value.map((document, index) => (
          <div key={document.id} role="presentation" class="tab-slot" draggable onDragStart={() => { dragged.current = document.id }}
            onDragEnd={() => { dragged.current = undefined }} onDragOver={(event) => { if (dragged.current !== undefined) event.preventDefault() }}
            onDrop={(event) => {
              if (dragged.current === undefined) return
              event.preventDefault()
              event.stopPropagation()
              drop(index)
            }}>
            <Tab session={session} document={document} isShown={document.id === shown} />
          </div>
        ))}
      </div>
      <button type="button" class="button quiet icon-only" aria-label={t('app.newTab')} title={t('app.newTab')}
        onClick={() => void session.commands.run('file.new')}>
        <Icon path={ICONS.plus} />
      </button>
    </div>
  )
}

interface TabProps {
  readonly session: Session
  readonly document: EditorDocument
  readonly isShown: boolean
}

function Tab({ session, document: { id, title, isChanged }, isShown }: TabProps) {
  const name = title.value
  return (
    <div class={isShown ? 'tab shown' : 'tab'} onAuxClick={(event) => { if (event.button === 1) void session.close(id) }}>
      <button type="button" role="tab" class="tab-title" aria-selected={isShown} aria-controls="stage" tabIndex={isShown ? 0 : -1} title={name}
        onClick={() => session.show(id)}>
        <span>{name}</span>
        {isChanged.value && <span class="tab-changed" role="img" aria-label={t('app.changed')} />}
      </button>
      <button type="button" class="tab-close" tabIndex={-1} aria-label={t('app.closeTab', { title: name })} title={t('app.closeTab', { title: name })}
        onClick={() => void session.close(id)}>
        <Icon path={ICONS.close} size={12} />
      </button>
    </div>
  )
}

function onKey(session: Session, strip: HTMLElement, event: KeyboardEvent): void {
  const ids = session.documents.value.map(({ id }) => id)
  const at = ids.indexOf(session.document.value.id)
  const next = { ArrowRight: (at + 1) % ids.length, ArrowLeft: (at + ids.length - 1) % ids.length, Home: 0, End: ids.length - 1 }[event.key]
  if (event.key === 'Delete') void session.close(ids[at]!)
  else if (next === undefined) return
  else if (event.ctrlKey && event.shiftKey) session.moveTab(ids[at]!, next)
  else {
    session.show(ids[next]!)
    strip.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus()
  }
  event.preventDefault()
  event.stopPropagation()
}
