import { openWorkflow } from '../../../core/comfy/index.ts'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import type { ShownFile } from '../../run/media.ts'
import { tellRefusal } from '../../run/tell-refusal.ts'
import { bytesText } from '../../run/words.ts'
import { Icon } from '../../shell/icon.tsx'
import { ICONS } from '../../shell/icons.ts'
import { embeddedIn, type Embedded } from './embedded.ts'
import { clockOf } from './frames.ts'
import { nameOf } from './open-player.ts'
import type { Probe } from './use-probe.ts'

interface FileFactsProps {
  readonly session: Session
  readonly file: ShownFile
  readonly probe: Probe | 'gone' | undefined
  readonly onOpened: () => void
  readonly onDelete: () => void
}

/** What a file is, what it carries, and what can be done with it. */
export function FileFacts({ session, file, probe, onOpened, onDelete }: FileFactsProps) {
  const known = probe === 'gone' ? undefined : probe
  const embedded = embeddedIn(known?.metadata)
  const open = () => {
    try {
      const document = session.open(openWorkflow(embedded.workflow!, session.definitions.peek()).workflow)
      session.show(document.id)
      onOpened()
    } catch (error) {
      tellRefusal(session.dialogs, error)
    }
  }
  const address = session.client.assets.url(file.root, file.path)
  return (
    <div class="player-facts">
      <dl>{known === undefined ? null : facts(known, embedded).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      <p class="muted player-keys">{t('run.player.keys')}</p>
      <div class="player-actions">
        <button type="button" class="button primary" disabled={embedded.workflow === undefined} title={embedded.workflow === undefined && known ? t('run.player.noWorkflow') : undefined} onClick={open}>
          <Icon path={ICONS.graph} size={16} />{t('run.player.openGraph')}
        </button>
        <a class="button" href={`${address}?download=true`} download={nameOf(file)}>{t('run.player.download')}</a>
        <button type="button" class="button" onClick={onDelete}>{t('run.player.delete')}</button>
      </div>
    </div>
  )
}

function facts(probe: Probe, { maker, seeds, models, nodes, workflow }: Embedded): readonly (readonly [name: string, value: string])[] {
  const clock = clockOf(probe)
  return [
    [t('run.player.size'), `${probe.width} × ${probe.height}`],
    ...(clock ? [[t('run.player.length'), t('run.player.lengthText', { frames: clock.frames, fps: Number(clock.fps.toFixed(3)), seconds: (clock.frames / clock.fps).toFixed(2) })] as const] : []),
    [t('run.player.format'), `${probe.format.toUpperCase()}, ${bytesText(probe.bytes)}`],
    ...(maker === undefined ? [] : [[t('run.player.made'), maker] as const]),
    ...(seeds.length === 0 ? [] : [[t('run.player.seeds'), seeds.map(([input, value]) => `${input} = ${value}`).join(', ')] as const]),
    ...(models.length === 0 ? [] : [[t('run.player.models'), models.join(', ')] as const]),
    [t('run.player.workflow'), workflow === undefined ? t('run.player.noWorkflow') : nodes === undefined ? '✓' : t('run.player.nodes', { count: nodes })],
  ]
}
