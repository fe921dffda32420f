import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Dialogs, OpenDialog } from './dialogs.ts'
import './dialog.css'

/** Draws what is open, the last on top. The browser keeps the focus inside and gives it back afterwards. */
export function DialogHost({ dialogs }: { readonly dialogs: Dialogs }) {
  return <>{dialogs.open.value.map((one) => <DialogFrame key={one.id} dialog={one} />)}</>
}

function DialogFrame({ dialog: { look, label, component: Body, props, close } }: { readonly dialog: OpenDialog }) {
  const frame = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const element = frame.current!
    if (!element.open) element.showModal()
    element.querySelector<HTMLElement>('[autofocus]')?.focus()
    return () => element.close()
  }, [])
  const dismiss = (event: Event) => {
    event.preventDefault()
    close()
  }
  const beside = (event: Event) => {
    if (event.target !== frame.current) return
    event.preventDefault()
    close()
  }
  return (
    <dialog ref={frame} class={`dialog ${look}`} aria-label={label === '' ? undefined : label} onCancel={dismiss}
      onPointerDown={beside} onContextMenu={beside}>
      <Body {...props} close={close} />
    </dialog>
  )
}
