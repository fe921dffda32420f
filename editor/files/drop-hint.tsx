import { t } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'
import { areFilesHeld } from './drop.ts'
import './drop-hint.css'

/** Says what becomes of the files that are held over the page. */
export function DropHint() {
  if (!areFilesHeld.value) return null
  return (
    <div class="drop-hint">
      <div class="drop-note"><Icon path={ICONS.upload} size={32} /><p>{t('files.drop')}</p><p class="muted">{t('files.dropKinds')}</p></div>
    </div>
  )
}
