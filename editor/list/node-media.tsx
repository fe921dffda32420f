import type { NodeMedia } from '../graph/canvas.ts'
import { t } from '../i18n/index.ts'
import { PreviewFrames } from '../form/preview-frames.tsx'

/** What a node has made or shows at the moment. */
export function NodeMediaView({ media, title }: { readonly media: NodeMedia; readonly title: string }) {
  switch (media.kind) {
    case 'video': return <video class="list-media" src={media.url} controls loop aria-label={t('list.madeBy', { node: title })} />
    case 'image': return <>{media.urls.map((url, index) => <img key={url} class="list-media" src={url} alt={t('list.picture', { node: title, index: index + 1 })} loading="lazy" />)}</>
    case 'text': return <pre class="list-text">{media.text}</pre>
    case 'frames': return <PreviewFrames media={media} />
    default: return media satisfies never
  }
}
