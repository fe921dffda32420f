/** What the server answers, for a part that shows it. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

export interface Answer<T> {
  /** The last that came; what was there stays until the new is. */
  readonly value: T | undefined
  readonly error: unknown
  readonly reload: () => void
}

/** Asks when it is first shown, when `key` has changed, and when told to. */
export function useAnswer<T>(ask: () => Promise<T>, key: unknown = ''): Answer<T> {
  const [state, setState] = useState<{ readonly value?: T; readonly error?: unknown }>({})
  const turn = useRef(0)
  const reload = useCallback(() => {
    const now = ++turn.current
    const show = (next: typeof state) => { if (now === turn.current) setState((before) => ({ ...before, error: undefined, ...next })) }
    ask().then((value) => show({ value }), (error: unknown) => show({ error }))
  }, [key])
  useEffect(() => {
    reload()
    return () => { turn.current++ }
  }, [reload])
  return { value: state.value, error: state.error, reload }
}
