/** Seeds that the engine drew. */
import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'

/** The seed that an input of the shown graph had in the run that the document shows, if the engine drew one. */
export function lastSeed(session: Session, document: EditorDocument, node: string, input: string): number | undefined {
  const seeds = session.runs.shown(document).value?.seeds ?? []
  const path = [...document.path.value, node].join('/')
  return seeds.find((seed) => seed.node === path && seed.input === input)?.value
}
