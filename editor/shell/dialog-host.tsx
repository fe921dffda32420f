import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Dialogs, OpenDialog } from './dialogs.ts'
import './dialog.css'

const FOCUSABLE = 'button:not([disabled]), input:not([disabled]), select, textarea, a[href], [tabindex="0"]'

/** Draws what is open, the last on top. The browser keeps the focus inside and gives it back afterwards. */
export function DialogHost({ dialogs }: { readonly dialogs: Dialogs }) {
  return <>{dialogs.open.value.map((one) => <DialogFrame key={one.id} dialog={one} />)}</>
}

function DialogFrame({ dialog: { look, label, component: Body, props, close } }: { readonly dialog: OpenDialog }) {
  const frame = useRef<HTMLDialogElement>(null)
  const [isOpen, setOpen] = useState(false)
  useLayoutEffect(() => {
    const element = frame.current!
    element.showModal()
    setOpen(true) // what is in it may measure itself from the start
    return () => element.close()
  }, [])
  useLayoutEffect(() => {
    const element = frame.current!
    const { activeElement } = document
    const hasFocus = activeElement !== element && element.contains(activeElement)
    if (isOpen && !hasFocus) (element.querySelector<HTMLElement>('[autofocus]') ?? element.querySelector<HTMLElement>(FOCUSABLE))?.focus()
  }, [isOpen])
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
      {isOpen && <Body {...props} close={close} />}
    </dialog>
  )
}
