import type { Panel } from '../panel.ts'

/** What a node does, and what the keys do. */
export const helpPanel: Panel = {
  id: 'help', title: 'help.title', icon: 'M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18zM9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M12 16.8h.01', load: () => import('./help-panel.tsx'),
}
