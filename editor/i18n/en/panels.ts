export const panels = {
  'panels.nodes.title': 'Nodes',
} as const
