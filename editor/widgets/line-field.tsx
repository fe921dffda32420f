import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import type { Draft } from './use-draft.ts'
import type { ValueEditorProps } from './value-editor.tsx'

interface LineFieldProps extends Pick<ValueEditorProps, 'label' | 'id' | 'describedBy' | 'look' | 'leave'> {
  readonly draft: Draft
  readonly inputMode?: 'decimal' | 'numeric' | 'text'
  readonly type?: 'text' | 'password'
  /** Ctrl and arrows weigh the words that are marked. */
  readonly isPrompt?: boolean
  /** Arrows up and down, by so many steps. */
  readonly step?: (steps: number) => void
  /** Beside what is written. */
  readonly children?: ComponentChildren
  readonly onPointerDown?: (event: PointerEvent & { readonly currentTarget: HTMLInputElement }) => void
}

/** A field of one line over a draft: Enter and leaving it take what is typed, Escape takes it back. */
export function LineField({ draft, label, id, describedBy, look, leave, inputMode, type = 'text', isPrompt = false, step, children, onPointerDown }: LineFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const problemId = useId()
  useEffect(() => {
    if (look !== 'over') return
    field.current?.focus({ preventScroll: true })
    field.current?.select()
  }, [])
  const done = () => {
    if (draft.submit()) leave?.()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const steps = step && { ArrowUp: 1, ArrowDown: -1 }[event.key]
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return void draft.submit() // and whatever those keys do besides
    if (event.key === 'Enter') done()
    else if (event.key === 'Escape') {
      draft.drop()
      leave?.()
    } else if (steps !== undefined && !event.ctrlKey && !event.metaKey) step?.(event.shiftKey ? steps * 10 : steps)
    else return
    event.stopPropagation()
    event.preventDefault()
  }
  const onFocusOut = (event: FocusEvent) => {
    if (frame.current?.contains(event.relatedTarget as Node | null)) return // still in it: one of its buttons
    done()
  }
  return (
    <div ref={frame} class="value-line" onFocusOut={onFocusOut}>
      <div class="value-row">
        <input ref={field} id={id} class="field" {...(type === 'password' ? { type } : { type: 'text' })} inputMode={inputMode} value={draft.text} aria-label={id === undefined ? label : undefined}
          aria-invalid={draft.problem !== undefined} aria-describedby={[describedBy, draft.problem && problemId].filter(Boolean).join(' ') || undefined}
          data-prompt={isPrompt ? '' : undefined} autocomplete="off" spellcheck={false} onKeyDown={onKeyDown} onPointerDown={onPointerDown}
          onInput={(event) => draft.type(event.currentTarget.value)} />
        {children}
      </div>
      {draft.problem !== undefined && <p id={problemId} class="value-problem" role="alert">{draft.problem}</p>}
    </div>
  )
}
