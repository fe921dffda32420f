import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks'
import type { Draft } from './use-draft.ts'
import type { ValueEditorProps } from './value-editor.tsx'

interface TextAreaProps extends Pick<ValueEditorProps, 'label' | 'id' | 'describedBy' | 'look' | 'leave'> {
  readonly draft: Draft
  /** Ctrl and arrows weigh the words that are marked. */
  readonly isPrompt?: boolean
  readonly isCode?: boolean
}

/** Many lines, as high as what is written. Leaving it and Ctrl+Enter take what is typed; so does Escape, since long texts are hard to write again. */
export function TextArea({ draft, label, id, describedBy, look, leave, isPrompt = false, isCode = false }: TextAreaProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  const problemId = useId()
  useEffect(() => {
    if (look !== 'over') return
    const { current } = area
    current?.focus({ preventScroll: true })
    current?.setSelectionRange(current.value.length, current.value.length)
  }, [])
  useLayoutEffect(() => {
    const element = area.current!
    if (look === 'over') return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight + element.offsetHeight - element.clientHeight}px`
  }, [draft.text])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return void draft.submit() // and whatever those keys do besides
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    if (draft.problem !== undefined) draft.drop()
    if (draft.submit()) leave?.()
  }
  const onFocusOut = () => {
    if (draft.submit()) leave?.()
  }
  return (
    <div class="value-line value-many">
      <textarea ref={area} id={id} class={isCode ? 'field mono' : 'field'} rows={look === 'over' ? undefined : 2} value={draft.text} aria-label={id === undefined ? label : undefined}
        aria-invalid={draft.problem !== undefined} aria-describedby={[describedBy, draft.problem && problemId].filter(Boolean).join(' ') || undefined}
        data-prompt={isPrompt ? '' : undefined} autocomplete="off" spellcheck={false} onKeyDown={onKeyDown} onFocusOut={onFocusOut}
        onInput={(event) => draft.type(event.currentTarget.value)} />
      {draft.problem !== undefined && <p id={problemId} class="value-problem" role="alert">{draft.problem}</p>}
    </div>
  )
}
