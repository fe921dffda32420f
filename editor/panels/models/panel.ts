import type { Panel } from '../panel.ts'

/** Weights: what is there, and what can be had. */
export const modelsPanel: Panel = {
  id: 'models', title: 'panels.models.title', icon: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9', load: () => import('./models-panel.tsx'),
}
