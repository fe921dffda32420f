import type { Panel } from '../panel.ts'

/** What runs and what waits. */
export const queuePanel: Panel = {
  id: 'queue', title: 'run.queue.title', icon: 'M4 6h16M4 12h10M4 18h10M17 13.5v7l5-3.5z', load: () => import('./queue-panel.tsx'),
}
