import type { Panel } from '../panel.ts'

/** What a person chose. */
export const settingsPanel: Panel = {
  id: 'settings', title: 'panels.settings.title', icon: 'M4 7h9M17 7h3M4 12h3M11 12h9M4 17h7M15 17h5M15 5v4M9 10v4M13 15v4', load: () => import('./settings-panel.tsx'),
}
