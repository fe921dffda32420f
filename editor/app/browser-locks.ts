/** The locks of desks, as browsers have them; and a way to ask the other tabs where they have none (pages over plain http). */
import type { DeskLocks } from './desk.ts'

const OWN = 'kinograph.desk'
/** How long the page before this one may take to let go, and other tabs to answer, in milliseconds. */
const LETTING_GO = 400
const ANSWER = 150

/** Locks for this tab: held until it is closed or left. */
export function browserLocks(): DeskLocks {
  const take = 'locks' in navigator ? lock : asking()
  return {
    own: sessionStorage.getItem(OWN) ?? undefined,
    take: async (id, isOwn) => {
      const isTaken = await take(id, isOwn)
      if (isTaken) sessionStorage.setItem(OWN, id)
      return isTaken
    },
  }
}

function lock(id: string, isOwn: boolean): Promise<boolean> {
  const options = isOwn ? { signal: AbortSignal.timeout(LETTING_GO) } : { ifAvailable: true }
  return new Promise((resolve) => {
    const hold = (held: Lock | null) => {
      resolve(held !== null)
      return held === null ? undefined : new Promise<never>(() => {}) // never let go of while the page lives
    }
    navigator.locks.request(`kinograph-desk:${id}`, options, hold).catch(() => resolve(false))
  })
}

type Message = { readonly ask: string } | { readonly taken: string }

function asking(): (id: string) => Promise<boolean> {
  const channel = new BroadcastChannel('kinograph-desks')
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none: it stays in its origin
  const say = (message: Message) => channel.postMessage(message)
  const held = new Set<string>()
  const refused = new Set<string>()
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if ('taken' in data) refused.add(data.taken)
    else if (held.has(data.ask)) say({ taken: data.ask })
  })
  return async (id) => {
    say({ ask: id })
    await new Promise((resolve) => setTimeout(resolve, ANSWER))
    if (refused.has(id)) return false
    held.add(id)
    return true
  }
}
