/** The panels at the side. Each is loaded when it is first opened. */
import type { ComponentType } from 'preact'
import type { Session } from '../app/session.ts'
import type { TextKey } from '../i18n/index.ts'

export interface PanelProps {
  readonly session: Session
}

export interface Panel {
  readonly id: string
  readonly title: TextKey
  /** The `d` of a path in a box of 24 by 24, drawn as a line (not filled). */
  readonly icon: string
  load(): Promise<{ readonly default: ComponentType<PanelProps> }>
}
