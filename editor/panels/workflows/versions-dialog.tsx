import type { Session } from '../../app/session.ts'
import { errorText } from '../../commands/error-text.ts'
import { t } from '../../i18n/index.ts'
import { bytesText, whenText } from '../../run/words.ts'
import type { DialogProps } from '../../shell/dialogs.ts'
import { AnswerNote } from '../answer-note.tsx'
import { useAnswer } from '../use-answer.ts'
import { compareVersion, openVersion } from './shelf.ts'

export interface VersionsDialogProps extends DialogProps<undefined> {
  readonly session: Session
  readonly name: string
}

/** The last versions of a saved workflow: each can be opened, and compared with what is saved now. */
export function VersionsDialog({ session, name, close }: VersionsDialogProps) {
  const answer = useAnswer(async () => (await session.client.workflow(name).versions()).versions)
  const attempt = async (what: () => Promise<void>) => {
    try {
      await what()
    } catch (error) {
      session.dialogs.tell({ kind: 'error', text: errorText(error) })
    }
  }
  return (
    <div class="dialog-body">
      <h2>{t('panels.workflows.versionsOf', { name })}</h2>
      <AnswerNote answer={answer} />
      <ul class="panel-list versions">
        {answer.value?.map(({ etag, modified, bytes }, index) => (
          <li key={`${etag} ${modified}`} class="version">
            <span><time dateTime={new Date(modified).toISOString()}>{whenText(modified)}</time> <span class="muted">{bytesText(bytes)}</span></span>
            {index === 0 ? <span class="badge accent">{t('panels.workflows.current')}</span> : (
              <button type="button" class="button quiet" onClick={() => void attempt(() => compareVersion(session, name, etag, whenText(modified)))}>{t('panels.workflows.compare')}</button>
            )}
            <button type="button" class="button" onClick={() => void attempt(async () => {
              await openVersion(session, name, etag)
              close()
            })}>{t('panels.workflows.openVersion')}</button>
          </li>
        ))}
      </ul>
      <div class="dialog-buttons"><button type="button" class="button primary" autofocus onClick={() => close()}>{t('app.close')}</button></div>
    </div>
  )
}
