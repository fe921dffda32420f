/** The panels at the side, in the order of their buttons. */
import { galleryPanel } from './gallery/panel.ts'
import { historyPanel } from './history/panel.ts'
import { nodesPanel } from './nodes/panel.ts'
import type { Panel } from './panel.ts'
import { queuePanel } from './queue/panel.ts'

export const PANELS: readonly Panel[] = [
  nodesPanel, queuePanel, historyPanel, galleryPanel,
]
