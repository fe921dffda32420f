/** The session of this page: with the browser's database, locks and languages, and the editor's own parts. */
import type { KinographClient } from '../../server/client/index.ts'
import { createRunBook } from '../run/create-run-book.ts'
import { createDialogs } from '../shell/create-dialogs.ts'
import { browserLocks } from './browser-locks.ts'
import { browserStorage } from './browser-storage.ts'
import { openSession, type OpenSession } from './create-session.ts'

/** Opens the editor as this browser tab left it. */
export function createSession(client: KinographClient): Promise<OpenSession> {
  return openSession(client, {
    storage: browserStorage(), locks: browserLocks(), local: localStorage, languages: navigator.languages,
    dialogs: createDialogs(), runs: createRunBook,
  })
}
