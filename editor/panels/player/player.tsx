import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import { isVideo, type ShownFile } from '../../run/media.ts'
import { clockOf, type FrameClock } from './frames.ts'
import { nameOf } from './open-player.ts'
import { playerKey } from './player-keys.ts'
import { Transport } from './transport.tsx'
import type { Probe } from './use-probe.ts'
import { VideoControl } from './video-control.ts'
import './player.css'

export interface PlayerProps {
  readonly session: Session
  readonly file: ShownFile
  readonly probe: Probe | 'gone' | undefined
  /** What hears its keys, where that is more than the player itself. */
  readonly keys?: RefObject<HTMLElement | null>
}

/** A video with what it is played by, or a picture; both as large as there is room. */
export function Player({ session, file, probe, keys }: PlayerProps) {
  const [isBroken, setBroken] = useState(false)
  const address = session.client.assets.url(file.root, file.path)
  if (isBroken) return <p class="player-broken" role="alert">{t(probe === 'gone' ? 'run.player.gone' : 'run.player.unplayable')}</p>
  if (!isVideo(file.path)) return <div class="player-stage"><img src={address} alt={nameOf(file)} onError={() => setBroken(true)} /></div>
  const clock = probe === undefined || probe === 'gone' ? undefined : clockOf(probe)
  return <Video address={address} name={nameOf(file)} clock={clock} keys={keys} onBroken={() => setBroken(true)} />
}

interface VideoProps {
  readonly address: string
  readonly name: string
  readonly clock: FrameClock | undefined
  readonly keys: RefObject<HTMLElement | null> | undefined
  readonly onBroken: () => void
}

function Video({ address, name, clock, keys, onBroken }: VideoProps) {
  const video = useRef<HTMLVideoElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const [control] = useState(() => new VideoControl())
  useEffect(() => control.attach(video.current!), [control])
  useEffect(() => { control.clock = clock }, [control, clock])
  useEffect(() => {
    const element = keys?.current ?? frame.current!
    const press = (event: KeyboardEvent) => { if (playerKey(control, event)) event.preventDefault() }
    element.addEventListener('keydown', press)
    return () => element.removeEventListener('keydown', press)
  }, [control, keys])
  return (
    <div ref={frame} class="player">
      <div class="player-stage">
        <video ref={video} src={address} aria-label={name} playsInline autoplay loop muted preload="auto" onError={onBroken} onClick={() => control.toggle()} />
      </div>
      <Transport control={control} clock={clock} />
    </div>
  )
}

