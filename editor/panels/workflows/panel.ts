import type { Panel } from '../panel.ts'

/** What is saved on the server. */
export const workflowsPanel: Panel = {
  id: 'workflows', title: 'panels.workflows.title', icon: 'M3.5 6a1 1 0 0 1 1-1H9l2 2.5h8.5a1 1 0 0 1 1 1V18a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1z', load: () => import('./workflows-panel.tsx'),
}
