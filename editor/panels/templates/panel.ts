import type { Panel } from '../panel.ts'

/** Workflows to begin from. */
export const templatesPanel: Panel = {
  id: 'templates', title: 'panels.templates.title', icon: 'M4 4h16v6H4zM4 14h7v6H4zM15 14h5v6h-5z', load: () => import('./templates-panel.tsx'),
}
