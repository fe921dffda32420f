/** Waits until the server has told its nodes; the page says meanwhile why it waits. */
import { render } from 'preact'
import { errorText } from '../commands/error-text.ts'
import { KinographError } from '../../server/client/index.ts'
import { Away } from './away.tsx'
import type { Session } from './session.ts'

/** Milliseconds that the first answer may take before the page says something, and between two tries. */
const PATIENCE = 1500
const PAUSE = 2000

/** Resolves when the session has its definitions. */
export async function reach(session: Pick<Session, 'refreshDefinitions'>, place: HTMLElement): Promise<void> {
  let retry = () => {}
  const say = (error?: unknown) => {
    const isToken = error instanceof KinographError && error.status === 401
    render(<Away reason={isToken ? 'token' : 'unreachable'} detail={error === undefined || isAway(error) ? '' : errorText(error)} retry={() => retry()} />, place)
  }
  const timer = setTimeout(() => say(), PATIENCE)
  for (;;) {
    try {
      await session.refreshDefinitions()
      clearTimeout(timer)
      return
    } catch (error) {
      clearTimeout(timer)
      say(error)
      await new Promise<void>((resolve) => {
        retry = resolve
        setTimeout(resolve, PAUSE)
      })
    }
  }
}

const isAway = (error: unknown) => error instanceof KinographError && error.status === 0
