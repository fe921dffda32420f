/** Remembers what a run shows, and looks whether pictures move. */
import type { EditorPage } from './support.ts'

declare global {
  // eslint-disable-next-line no-var -- how a global is declared
  var seenInRun: RunSeen | undefined
}

/** What was drawn on each node in the course of a run, in its order. */
interface RunSeen {
  readonly states: Record<string, string[]>
  readonly texts: Record<string, string[]>
  readonly media: Record<string, string[]>
}

/** From now on remembers what the shown document's nodes show. */
export function watchRun({ page }: EditorPage): Promise<void> {
  return page.evaluate(() => {
    const { session } = globalThis.kinograph!
    const seen: RunSeen = globalThis.seenInRun = { states: {}, texts: {}, media: {} }
    const add = (to: Record<string, string[]>, node: string, what: string | undefined) => {
      if (what !== undefined && to[node]?.at(-1) !== what) (to[node] ??= []).push(what)
    }
    session.runs.picture(session.document.value).subscribe(({ activity, media }) => {
      for (const [node, { state, text }] of activity) {
        add(seen.states, node, state)
        add(seen.texts, node, text)
      }
      for (const [node, { kind }] of media) add(seen.media, node, kind)
    })
  })
}

export function watched({ page }: EditorPage): Promise<RunSeen> {
  return page.evaluate(() => globalThis.seenInRun!)
}

/** How many different pictures a node shows while it is looked at, up to as many as are wanted: 1 where nothing moves. */
export async function framesSeen(editor: EditorPage, node: string, wanted: number): Promise<number> {
  const [x, y, width, height] = await editor.place({ kind: 'node', id: node })
  const seen = new Set<string>()
  for (let look = 0; look < 100 && seen.size < wanted; look++) {
    seen.add((await editor.page.screenshot({ clip: { x, y, width, height } })).toString('base64'))
  }
  return seen.size
}
