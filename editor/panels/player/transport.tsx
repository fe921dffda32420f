import { t } from '../../i18n/index.ts'
import { Icon } from '../../shell/icon.tsx'
import { ICONS } from '../../shell/icons.ts'
import type { FrameClock } from './frames.ts'
import { SPEEDS, type VideoControl } from './video-control.ts'

interface TransportProps {
  readonly control: VideoControl
  readonly clock: FrameClock | undefined
}

/** Play, frames, scrubber, speed, loop. */
export function Transport({ control, clock }: TransportProps) {
  const { isPlaying, isLooping, isMuted, speed } = control
  return (
    <div class="transport">
      <Scrubber control={control} clock={clock} />
      <div class="transport-row">
        <TransportButton label={t('run.player.first')} icon="M7 6v12M18 6l-8 6 8 6z" onClick={() => control.show(0)} />
        <TransportButton label={t('run.player.back')} icon="M16 6l-8 6 8 6z" onClick={() => control.step(-1)} />
        <TransportButton label={t(isPlaying.value ? 'run.player.pause' : 'run.player.play')} icon={isPlaying.value ? 'M8 6v12M16 6v12' : ICONS.play} isMain onClick={() => control.toggle()} />
        <TransportButton label={t('run.player.forward')} icon="M8 6l8 6-8 6z" onClick={() => control.step(1)} />
        <TransportButton label={t('run.player.last')} icon="M17 6v12M6 6l8 6-8 6z" onClick={() => control.show(-1)} />
        <Position control={control} clock={clock} />
        <span class="transport-space" />
        <TransportButton label={t('run.player.loop')} icon={ICONS.repeat} isPressed={isLooping.value} onClick={() => control.setLooping(!isLooping.value)} />
        <TransportButton label={t('run.player.mute')} icon="M5 9.5v5h3.5L13 18V6L8.5 9.5zM16.5 9.5l4 5M20.5 9.5l-4 5" isPressed={isMuted.value} onClick={() => control.setMuted(!isMuted.value)} />
        <select class="field transport-speed" aria-label={t('run.player.speed')} title={t('run.player.speed')} value={speed.value} onChange={({ currentTarget }) => control.setSpeed(Number(currentTarget.value))}>
          {SPEEDS.map((one) => <option key={one} value={one}>{one}×</option>)}
        </select>
      </div>
    </div>
  )
}

/** By frames where they are known, by time otherwise. */
function Scrubber({ control, clock }: TransportProps) {
  const text = positionText(control, clock)
  if (clock) {
    return (
      <input class="scrubber" type="range" min={0} max={clock.frames - 1} step={1} value={control.frame.value} aria-label={t('run.player.scrub')} aria-valuetext={text}
        onInput={({ currentTarget }) => control.show(Number(currentTarget.value))} />
    )
  }
  return (
    <input class="scrubber" type="range" min={0} max={control.duration.value || 1} step="any" value={control.time.value} aria-label={t('run.player.scrub')} aria-valuetext={text}
      onInput={({ currentTarget }) => control.seek(Number(currentTarget.value))} />
  )
}

function Position({ control, clock }: TransportProps) {
  return <output class="transport-position">{positionText(control, clock)}</output>
}

function positionText({ frame, time, duration }: VideoControl, clock: FrameClock | undefined): string {
  if (clock === undefined) return `${time.value.toFixed(2)} / ${duration.value.toFixed(2)} s`
  return `${t('run.player.frame', { frame: frame.value + 1, frames: clock.frames })} · ${(frame.value / clock.fps).toFixed(2)} s`
}

interface TransportButtonProps {
  readonly label: string
  readonly icon: string
  readonly isPressed?: boolean
  readonly isMain?: boolean
  readonly onClick: () => void
}

function TransportButton({ label, icon, isPressed, isMain = false, onClick }: TransportButtonProps) {
  return (
    <button type="button" class={isMain ? 'button primary icon-only' : 'button quiet icon-only'} aria-label={label} title={label} aria-pressed={isPressed} onClick={onClick}>
      <Icon path={icon} />
    </button>
  )
}
