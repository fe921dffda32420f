/** The dialogs, menus and toasts of one page. */
import { computed, signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { AskText, type AskTextProps } from './ask-text.tsx'
import { Confirm, type ConfirmProps } from './confirm.tsx'
import type { DialogProps, Dialogs, OpenDialog, Toast } from './dialogs.ts'
import { Menu, type MenuProps } from './menu.tsx'

/** Milliseconds that a toast stays; errors and those that offer something stay until they are dismissed. */
const TOAST_TIME = 5000
/** Toasts that are shown at once: the newest. */
const MAX_TOASTS = 4

/** What asks and tells a person something; the shell draws it. */
export function createDialogs(): Dialogs {
  const open = signal<readonly OpenDialog[]>([])
  const toasts = signal<readonly (Toast & { readonly id: number })[]>([])
  let lastId = 0

  function show<T, P extends DialogProps<T>>(component: ComponentType<P>, props: Omit<P, 'close'>, label: string, look: OpenDialog['look']): Promise<T | undefined> {
    return new Promise((resolve) => {
      const id = ++lastId
      const close = (answer?: unknown) => {
        if (!open.value.some((one) => one.id === id)) return
        open.value = open.value.filter((one) => one.id !== id)
        resolve(answer as T | undefined) // the component was given this very `close`, typed for T
      }
      // The shell gives each component the props that it was opened with.
      open.value = [...open.value, { id, label, look, component: component as unknown as OpenDialog['component'], props, close }]
    })
  }

  function dismissToast(id: number): void {
    toasts.value = toasts.value.filter((one) => one.id !== id)
  }

  return {
    open: computed(() => open.value),
    toasts: computed(() => toasts.value),
    ask: <T, P extends DialogProps<T>>(component: ComponentType<P>, props: Omit<P, 'close'>, label: string) => show<T, P>(component, props, label, 'modal'),
    popup: <T, P extends DialogProps<T>>(component: ComponentType<P>, props: Omit<P, 'close'>, label: string) => show<T, P>(component, props, label, 'bare'),
    async confirm(question, action) {
      return (await show<boolean, ConfirmProps>(Confirm, { question, action }, question, 'modal')) === true
    },
    askText: ({ label, value, over }) =>
      show<string, AskTextProps>(AskText, { label, value: value ?? '', over }, label, over === undefined ? 'modal' : 'bare'),
    menu(items, client) {
      void show<undefined, MenuProps>(Menu, { items, client }, '', 'bare')
    },
    tell(toast) {
      const id = ++lastId
      const same = toasts.value.filter((one) => one.kind !== toast.kind || one.text !== toast.text)
      toasts.value = [...same, { ...toast, id }].slice(-MAX_TOASTS)
      if (toast.kind !== 'error' && toast.action === undefined) setTimeout(() => dismissToast(id), TOAST_TIME)
    },
    dismissToast,
  }
}
