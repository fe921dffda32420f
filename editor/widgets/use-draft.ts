/** What is being typed into a field: its own until it is done, and never thrown away because it is wrong. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Json } from '../../core/types/json.ts'
import { editText, parseValue } from './values.ts'
import type { Widget } from './widget.ts'

export interface Draft {
  readonly text: string
  /** Why it can't be taken, once that was tried. */
  readonly problem: string | undefined
  readonly type: (text: string) => void
  /** Takes what is typed. False when it says why not. */
  readonly submit: () => boolean
  /** Back to what the workflow has. */
  readonly drop: () => void
}

interface Kept {
  readonly draft: string | undefined
  readonly submit: () => boolean
}

/** A draft of a value. What is typed when the field goes away is taken if it can be. */
export function useDraft(widget: Widget, value: Json | undefined, commit: (value: Json) => void): Draft {
  const [draft, setDraft] = useState<string>()
  const [problem, setProblem] = useState<string>()
  const kept = useRef<Kept>({ draft: undefined, submit: () => true })
  const change = (text: string | undefined, found?: string) => {
    kept.current = { ...kept.current, draft: text }
    setDraft(text)
    setProblem(found)
  }
  const submit = () => {
    const typed = kept.current.draft
    if (typed === undefined) return true
    const parsed = parseValue(widget, typed)
    if ('problem' in parsed) {
      setProblem(parsed.problem)
      return false
    }
    change(undefined)
    commit(parsed.value)
    return true
  }
  kept.current = { ...kept.current, submit }
  useEffect(() => () => void kept.current.submit(), [])
  return {
    text: draft ?? editText(widget, value), problem, submit, drop: () => change(undefined),
    type: (text) => {
      const found = problem === undefined ? undefined : parseValue(widget, text)
      change(text, found !== undefined && 'problem' in found ? found.problem : undefined)
    },
  }
}
