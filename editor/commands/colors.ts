/** The colours that menus offer for nodes and frames. */
import type { TextKey } from '../i18n/index.ts'

export interface NodeColor {
  /** Of the command that paints with it. */
  readonly id: string
  readonly title: TextKey
  /** `#rrggbb`; `null`: as the type has it. */
  readonly color: string | null
}

export const NODE_COLORS: readonly NodeColor[] = [
  { id: 'node.colorNone', title: 'commands.node.colorNone', color: null },
  { id: 'node.colorRed', title: 'commands.node.colorRed', color: '#8f3535' },
  { id: 'node.colorOrange', title: 'commands.node.colorOrange', color: '#8a5a2b' },
  { id: 'node.colorYellow', title: 'commands.node.colorYellow', color: '#7d7030' },
  { id: 'node.colorGreen', title: 'commands.node.colorGreen', color: '#3c6e40' },
  { id: 'node.colorCyan', title: 'commands.node.colorCyan', color: '#2f6a70' },
  { id: 'node.colorBlue', title: 'commands.node.colorBlue', color: '#34558b' },
  { id: 'node.colorPurple', title: 'commands.node.colorPurple', color: '#62417f' },
  { id: 'node.colorPink', title: 'commands.node.colorPink', color: '#84406a' },
  { id: 'node.colorGray', title: 'commands.node.colorGray', color: '#55585e' },
]
