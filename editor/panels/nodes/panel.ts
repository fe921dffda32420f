import type { Panel } from '../panel.ts'

/** Every type of node, by what it is for. */
export const nodesPanel: Panel = {
  id: 'nodes', title: 'panels.nodes.title', icon: 'M5 4h5v5H5zM14 4h5v5h-5zM5 15h5v5H5zM16.5 14.5v6M13.5 17.5h6', load: () => import('./nodes-panel.tsx'),
}
