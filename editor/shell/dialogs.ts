/** What asks or tells a person something on top of everything else. */
import type { ComponentType } from 'preact'
import type { ReadonlySignal } from '@preact/signals'
import type { Rectangle } from '../graph/scene.ts'

export interface Toast {
  readonly kind: 'info' | 'success' | 'warning' | 'error'
  readonly text: string
  /** A button in it. */
  readonly action?: { readonly label: string; readonly run: () => void }
}

export interface MenuItem {
  readonly label: string
  /** Shown beside it. */
  readonly keys?: string
  readonly isDisabled?: boolean
  readonly isChecked?: boolean
  /** A colour shown in front; `null`: none. */
  readonly swatch?: string | null
  readonly run?: () => void
  readonly items?: readonly MenuItem[]
}

export interface DialogProps<T> {
  /** Closes it with an answer; undefined when it was dismissed. */
  readonly close: (answer?: T) => void
}

export interface Dialogs {
  readonly open: ReadonlySignal<readonly OpenDialog[]>
  readonly toasts: ReadonlySignal<readonly (Toast & { readonly id: number })[]>
  tell(toast: Toast): void
  /** Shows a component as a modal dialog and gives its answer. Escape dismisses; focus comes back to where it was. */
  ask<T, P extends DialogProps<T>>(component: ComponentType<P>, props: Omit<P, 'close'>, label: string): Promise<T | undefined>
  /** Shows a component that places itself, as a search box does; a click beside it dismisses it. */
  popup<T, P extends DialogProps<T>>(component: ComponentType<P>, props: Omit<P, 'close'>, label: string): Promise<T | undefined>
  confirm(question: string, action: string): Promise<boolean>
  /** One line of text, written where the rectangle is (over a title) or in the middle. */
  askText(options: { readonly label: string; readonly value?: string; readonly over?: Rectangle }): Promise<string | undefined>
  menu(items: readonly (MenuItem | 'separator')[], client: readonly [x: number, y: number]): void
  dismissToast(id: number): void
}

/** One that is open, as the shell draws it. */
export interface OpenDialog {
  readonly id: number
  readonly label: string
  /** `bare`: places itself, as menus do, and a click beside it dismisses it. */
  readonly look: 'modal' | 'bare'
  readonly component: ComponentType<DialogProps<unknown>>
  /** What the component gets besides `close`. */
  readonly props: object
  readonly close: (answer?: unknown) => void
}
