/** The panels at the side, in the order of their buttons. */
import type { Panel } from './panel.ts'

export const PANELS: readonly Panel[] = [
]
