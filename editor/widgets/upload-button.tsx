import { useRef, useState } from 'preact/hooks'
import type { UploadKind } from '../../core/types/port.ts'
import type { Session } from '../app/session.ts'
import { t } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'

const ACCEPTED: Readonly<Record<UploadKind, string | undefined>> = { image: 'image/*', video: 'video/*,image/gif,image/webp', audio: 'audio/*', file: undefined }

interface UploadButtonProps {
  readonly session: Session
  readonly kind: UploadKind
  /** Told the file's path in the input folder, once definitions know it. */
  readonly done: (path: string) => void
}

/** Puts a file of this computer into the server's input folder. */
export function UploadButton({ session, kind, done }: UploadButtonProps) {
  const picker = useRef<HTMLInputElement>(null)
  const [isBusy, setBusy] = useState(false)
  const upload = async (file: File) => {
    setBusy(true)
    try {
      const { path } = await session.client.assets.upload(file, file.name)
      await session.refreshDefinitions()
      done(path)
    } catch (error) {
      session.dialogs.tell({ kind: 'error', text: t('widgets.uploadFailed', { reason: error instanceof Error ? error.message : String(error) }) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <button type="button" class="button" aria-busy={isBusy} disabled={isBusy} onClick={() => picker.current?.click()}>
        <Icon path={ICONS.upload} size={16} />{t(isBusy ? 'widgets.uploading' : 'widgets.upload')}
      </button>
      <input ref={picker} type="file" hidden accept={ACCEPTED[kind]} onChange={({ currentTarget }) => {
        const file = currentTarget.files?.[0]
        currentTarget.value = ''
        if (file !== undefined) void upload(file)
      }} />
    </>
  )
}
