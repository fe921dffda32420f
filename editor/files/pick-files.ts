/** The browser's own dialog for files. */
import type { Session } from '../app/session.ts'

const KINDS = '.json,.png,.webp,.gif,.mp4,.webm,.jpg,.jpeg,application/json,image/*,video/*'

/** Asks for files and opens them. */
export function pickFiles(session: Session): void {
  const picker = document.createElement('input')
  picker.type = 'file'
  picker.multiple = true
  picker.accept = KINDS
  picker.addEventListener('change', () => {
    const files = [...picker.files ?? []]
    void import('./open-files.ts').then(({ openFiles }) => openFiles(session, files))
  }, { once: true })
  picker.click()
}
