/** The panels at the side, in the order of their buttons. */
import { galleryPanel } from './gallery/panel.ts'
import { helpPanel } from './help/panel.ts'
import { historyPanel } from './history/panel.ts'
import { keysPanel } from './keys/panel.ts'
import { modelsPanel } from './models/panel.ts'
import { nodesPanel } from './nodes/panel.ts'
import type { Panel } from './panel.ts'
import { queuePanel } from './queue/panel.ts'
import { settingsPanel } from './settings/panel.ts'
import { templatesPanel } from './templates/panel.ts'
import { workflowsPanel } from './workflows/panel.ts'

export const PANELS: readonly Panel[] = [
  nodesPanel, workflowsPanel, templatesPanel, modelsPanel, queuePanel, historyPanel, galleryPanel, helpPanel, settingsPanel, keysPanel,
]
