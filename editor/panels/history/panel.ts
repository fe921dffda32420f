import type { Panel } from '../panel.ts'

/** What has ended. */
export const historyPanel: Panel = {
  id: 'history', title: 'run.history.title', icon: 'M4 5v5h5M4.5 10a8 8 0 1 1-.5 4M12 8v4.5l3 2', load: () => import('./history-panel.tsx'),
}
