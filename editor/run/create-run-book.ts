/** Opens the run book: one subscription to the server's events, and what people do with jobs. */
import { effect } from '@preact/signals'
import type { Session } from '../app/session.ts'
import { AutoQueue } from './auto-queue.ts'
import { DocumentRuns } from './document-runs.ts'
import { JobBook } from './job-book.ts'
import { jobActions } from './job-actions.ts'
import { decodeJpeg } from './previews.ts'
import type { RunBook } from './run-book.ts'

/** What of the session runs are made with. */
export type RunHost = Pick<Session, 'client' | 'settings' | 'definitions' | 'documents' | 'document' | 'open' | 'show' | 'dialogs' | 'canvas' | 'view'>

/** What happens on the server, from now on; it is called once, when the page opens. */
export function createRunBook(host: RunHost): RunBook {
  const book = new JobBook(host.client, { decode: decodeJpeg })
  const documents = new DocumentRuns(host, book)
  const auto = new AutoQueue(host, book, documents)
  const stopPreviews = effect(() => book.watchPreviews(host.settings.value.previews))
  return {
    connection: book.connection,
    queue: book.queue,
    historyVersion: book.historyVersion,
    job: (id) => book.view(id),
    shown: (document) => documents.of(document).shown,
    picture: (document) => documents.of(document).picture,
    refusals: (document) => documents.of(document).refusals,
    run: (document, options) => documents.run(document, options),
    ...jobActions(host, book),
    dispose() {
      stopPreviews()
      auto.dispose()
      documents.dispose()
      book.dispose()
    },
  }
}
