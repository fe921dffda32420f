/** What a person can do, by name: menus, keys, buttons and the palette all run these. */
import type { ReadonlySignal } from '@preact/signals'
import type { CanvasTarget } from '../graph/canvas.ts'
import type { Session } from '../app/session.ts'
import type { TextKey } from '../i18n/index.ts'

export interface Command {
  /** `graph.duplicate`: stays the same, since people's keys name it. */
  readonly id: string
  /** A key of the dictionary: what menus and the palette say. */
  readonly title: TextKey
  /** As ComfyUI has them, where it has: `Ctrl+Shift+Enter`, `.`, `Delete`. Ctrl is Cmd on a Mac. */
  readonly keys?: readonly string[]
  /** Keys work only while no text is being written, unless this is set. */
  readonly inText?: boolean
  /** Where its keys work, if not everywhere: while the focus is on the canvas, or while a text is being written. */
  readonly where?: 'canvas' | 'text'
  /** Menus of what was clicked that offer it. */
  readonly menus?: readonly CanvasTarget['kind'][]
  /** The submenu that it stands in there. */
  readonly submenu?: TextKey
  /** Whether it can be done now; always when left out. */
  isEnabled?(session: Session, target?: CanvasTarget): boolean
  run(session: Session, target?: CanvasTarget): void | Promise<void>
}

export interface CommandTable {
  readonly all: ReadonlySignal<readonly Command[]>
  get(id: string): Command | undefined
  /** Runs it if it can be done now; what it throws is shown to the person. */
  run(id: string, target?: CanvasTarget): Promise<void>
  /** The keys that run it, settings considered. */
  keysOf(id: string): readonly string[]
  /** What a key runs, in the order in which they are tried: the first that can be done now. */
  ofKey(key: string): readonly Command[]
  /** Keys that more than one command has in the same place, with the commands' ids. */
  readonly conflicts: ReadonlySignal<ReadonlyMap<string, readonly string[]>>
}
