import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import type { ShownFile } from '../../run/media.ts'
import { tellRefusal } from '../../run/tell-refusal.ts'
import type { DialogProps } from '../../shell/dialogs.ts'
import { Icon } from '../../shell/icon.tsx'
import { ICONS } from '../../shell/icons.ts'
import { FileFacts } from './file-facts.tsx'
import { nameOf } from './open-player.ts'
import { Player } from './player.tsx'
import { useProbe } from './use-probe.ts'
import './player.css'

export interface PlayerDialogProps extends DialogProps<undefined> {
  readonly session: Session
  readonly files: readonly ShownFile[]
  readonly index: number
  readonly onDeleted: () => void
}

/** One file large, with all that is known of it, and the way to its neighbours. */
export function PlayerDialog({ session, files: given, index: first, onDeleted, close }: PlayerDialogProps) {
  const files = useSignal(given)
  const index = useSignal(first)
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => frame.current?.focus(), [])
  const file = files.value[index.value]
  const probe = useProbe(session, file)
  if (file === undefined) return null
  const go = (by: number) => { index.value = Math.min(files.value.length - 1, Math.max(0, index.value + by)) }
  const remove = async () => {
    if (!await session.dialogs.confirm(t('run.player.deleteQuestion', { name: nameOf(file) }), t('run.player.delete'))) return
    try {
      await session.client.assets.remove(file.root, file.path)
      session.dialogs.tell({ kind: 'info', text: t('run.player.deleted', { name: nameOf(file) }) })
    } catch (error) {
      return tellRefusal(session.dialogs, error)
    }
    onDeleted()
    files.value = files.value.filter((one) => one !== file)
    go(0)
    if (files.value.length === 0) close()
  }
  return (
    <div ref={frame} class="player-dialog" tabIndex={-1} onKeyDown={(event) => {
      if (event.key === 'PageUp') go(-1)
      else if (event.key === 'PageDown') go(1)
      else return
      event.preventDefault()
    }}>
      <header class="player-head">
        <h2 title={file.path}>{nameOf(file)}</h2>
        {files.value.length > 1 && (
          <span class="player-place">
            <button type="button" class="button quiet icon-only" aria-label={t('run.player.previous')} title={t('run.player.previous')} aria-disabled={index.value === 0} onClick={() => go(-1)}><Icon path={ICONS.chevronLeft} /></button>
            {index.value + 1} / {files.value.length}
            <button type="button" class="button quiet icon-only" aria-label={t('run.player.next')} title={t('run.player.next')} aria-disabled={index.value === files.value.length - 1} onClick={() => go(1)}><Icon path={ICONS.chevronRight} /></button>
          </span>
        )}
        <button type="button" class="button quiet icon-only" aria-label={t('app.close')} title={t('app.close')} onClick={() => close()}><Icon path={ICONS.close} /></button>
      </header>
      <Player key={`${file.root}/${file.path}`} session={session} file={file} probe={probe.value} keys={frame} />
      <FileFacts session={session} file={file} probe={probe.value} onOpened={() => close()} onDelete={() => void remove()} />
    </div>
  )
}
