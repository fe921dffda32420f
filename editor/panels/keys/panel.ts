import type { Panel } from '../panel.ts'

/** Which keys do what. */
export const keysPanel: Panel = {
  id: 'keys', title: 'panels.keys.title', icon: 'M3 7h18v10H3zM7 10.5h.01M11 10.5h.01M15 10.5h.01M18 10.5h.01M8 14h8', load: () => import('./keys-panel.tsx'),
}
