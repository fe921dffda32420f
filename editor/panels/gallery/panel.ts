import type { Panel } from '../panel.ts'

/** What was made. */
export const galleryPanel: Panel = {
  id: 'gallery', title: 'run.gallery.title', icon: 'M4 5h16v14H4zM4 15l4.5-4.5L13 15l3-3 4 4M15.5 9h.01', load: () => import('./gallery-panel.tsx'),
}
