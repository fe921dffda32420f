/** The one set of editors of values: over the canvas, in the form, in the properties and in the list. */
import type { ComponentType } from 'preact'
import type { Json } from '../../core/types/json.ts'
import type { Session } from '../app/session.ts'
import { ChoiceEditor } from './choice-editor.tsx'
import { ChoicesEditor } from './choices-editor.tsx'
import { JsonEditor } from './json-editor.tsx'
import { NumberEditor } from './number-editor.tsx'
import { SeedEditor } from './seed-editor.tsx'
import { TextEditor } from './text-editor.tsx'
import { ToggleEditor } from './toggle-editor.tsx'
import type { Widget, WidgetKind } from './widget.ts'
import './widgets.css'

export interface ValueEditorProps<W extends Widget = Widget> {
  readonly session: Session
  readonly widget: W
  /** What it is called by screen readers. */
  readonly label: string
  readonly value: Json | undefined
  /** Takes the value as it is to be written: once for each Enter, choice or time that the field is left. */
  readonly commit: (value: Json) => void
  /** What `field` has besides: the seed that the last run drew. */
  readonly lastSeed?: number | undefined
  /** Of the element that is written in, for a label. */
  readonly id?: string | undefined
  /** Of texts that say more of it. */
  readonly describedBy?: string | undefined
  /** `over`: lies over a canvas, has the focus at once, and goes when it is left. */
  readonly look: 'field' | 'over'
  /** Of one that lies over something: it is done. */
  readonly leave?: (() => void) | undefined
}

type Editors = { readonly [K in WidgetKind]: ComponentType<ValueEditorProps<Extract<Widget, { readonly kind: K }>>> }

const EDITORS: Editors = {
  number: NumberEditor, seed: SeedEditor, toggle: ToggleEditor, choice: ChoiceEditor, text: TextEditor, choices: ChoicesEditor, json: JsonEditor,
}

/** The editor of a widget's kind. What is typed stays local until it is done: nothing waits for it. */
export function ValueEditor(props: ValueEditorProps) {
  // The table has, under each kind, the editor of the widgets of that kind.
  const Editor = EDITORS[props.widget.kind] as ComponentType<ValueEditorProps>
  return <Editor {...props} />
}
