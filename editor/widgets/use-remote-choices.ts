/** Choices that a route of the server gives when it is asked. */
import { useEffect, useState } from 'preact/hooks'
import type { RemoteChoices } from '../../core/types/port.ts'

const PATIENCE = 30_000

export interface Remote {
  readonly choices: readonly string[]
  /** Why there are none. */
  readonly problem?: string
  readonly ask: () => void
}

/** Asks when the list is opened, and again when told to. Only this server: the page may speak to no other. */
export function useRemoteChoices(remote: RemoteChoices | undefined): Remote {
  const [answer, setAnswer] = useState<Omit<Remote, 'ask'>>({ choices: [] })
  const [times, setTimes] = useState(0)
  useEffect(() => {
    if (remote === undefined) return undefined
    const stop = new AbortController()
    askFor(remote, stop.signal).then((choices) => setAnswer({ choices }), (error: unknown) => {
      if (!stop.signal.aborted) setAnswer({ choices: [], problem: error instanceof Error ? error.message : String(error) })
    })
    return () => stop.abort()
  }, [remote?.route, times])
  return { ...answer, ask: () => setTimes(times + 1) }
}

async function askFor({ route, timeout = PATIENCE }: RemoteChoices, signal: AbortSignal): Promise<readonly string[]> {
  const response = await fetch(route, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]) })
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  const answer: unknown = await response.json()
  const listed: readonly unknown[] = Array.isArray(answer) ? answer : Object.values(Object(answer)).find(Array.isArray) ?? []
  return listed.filter((one) => typeof one === 'string')
}
