import { useSignalEffect } from '@preact/signals'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { AnswerOf } from '../../../server/client/index.ts'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import { isVideo } from '../../run/media.ts'
import { PagedList } from '../paged-list.ts'
import type { PanelProps } from '../panel.ts'
import { openPlayer } from '../player/open-player.ts'
import './gallery.css'

type Asset = AnswerOf<'GET /assets/{root}'>['assets'][number]
const PAGE = 60

/** All files that were made, newest first. */
export default function GalleryPanel({ session }: PanelProps) {
  const { client, runs } = session
  const list = useMemo(() => new PagedList<Asset>(async (after, limit) => {
    const { assets, next, total } = await client.assets.list('output', { order: 'newest', limit, ...(after !== undefined && { after }) })
    return { items: assets, total, ...(next !== undefined && { next }) }
  }, PAGE), [client])
  useSignalEffect(() => {
    void runs.historyVersion.value
    const timer = setTimeout(() => void list.refresh(), 150) // many may end together
    return () => clearTimeout(timer)
  })
  const { items, total, state, hasMore } = list.state.value
  const open = async (index: number) => {
    const files = items.map(({ path }) => ({ root: 'output' as const, path }))
    if (await openPlayer(session, files, index) === 'changed') void list.refresh()
  }
  return (
    <div class="gallery">
      <p class="muted" role="status">{state === 'first' ? t('app.loading') : t('run.gallery.count', { count: total })}</p>
      {state === 'idle' && items.length === 0 && <p class="muted">{t('run.gallery.none')}</p>}
      <ul class="gallery-grid" aria-busy={state === 'loading'}>
        {items.map((asset, index) => <Tile key={asset.path} session={session} asset={asset} onOpen={() => void open(index)} />)}
      </ul>
      {state === 'failed' && <p role="alert">{t('run.gallery.failed')} <button type="button" class="button" onClick={() => void list.refresh()}>{t('run.history.retry')}</button></p>}
      {hasMore && <More isBusy={state === 'loading'} onMore={() => void list.more()} />}
    </div>
  )
}

function Tile({ session, asset: { path, name }, onOpen }: { readonly session: Session; readonly asset: Asset; readonly onOpen: () => void }) {
  const [isBroken, setBroken] = useState(false)
  const picture = session.client.assets.thumbnailUrl('output', path, 256)
  return (
    <li class="gallery-tile" data-path={path}>
      <button type="button" aria-label={t('run.gallery.open', { name })} title={path} onClick={onOpen}>
        {isBroken ? <span class="gallery-name">{name}</span> : <img src={picture} alt="" loading="lazy" decoding="async" onError={() => setBroken(true)} />}
        {isVideo(path) && <span class="gallery-mark" aria-hidden="true"><svg class="icon" viewBox="0 0 24 24"><path d="M8 5.5v13l10.5-6.5z" /></svg></span>}
      </button>
    </li>
  )
}

/** The next page comes when its button comes near; it can be pressed as well. */
function More({ isBusy, onMore }: { readonly isBusy: boolean; readonly onMore: () => void }) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (isBusy) return
    const observer = new IntersectionObserver((entries) => { if (entries.some(({ isIntersecting }) => isIntersecting)) onMore() }, { rootMargin: '400px' })
    observer.observe(button.current!)
    return () => observer.disconnect()
  })
  return <button ref={button} type="button" class="button" disabled={isBusy} onClick={onMore}>{t('run.gallery.more')}</button>
}
