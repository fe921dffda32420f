import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { DialogProps, MenuItem } from './dialogs.ts'
import { Icon } from './icon.tsx'
import { ICONS } from './icons.ts'
import { nextItem } from './next-item.ts'
import { placeInside } from './place.ts'
import './menu.css'

export interface MenuProps extends DialogProps<undefined> {
  readonly items: readonly (MenuItem | 'separator')[]
  readonly client: readonly [x: number, y: number]
}

/** A menu at a place of the window, as the ARIA APG has it: arrows, Home, End, first letters; right and left for its menus. */
export function Menu({ items, client, close }: MenuProps) {
  return <MenuList items={items} beside={[client[0], client[1], 0, 0]} close={() => close()} />
}

interface MenuListProps {
  readonly items: MenuProps['items']
  /** What it opens beside: a point, or the item above it. */
  readonly beside: readonly [x: number, y: number, width: number, height: number]
  /** All of it. */
  readonly close: () => void
  /** This level alone, where it is not the first. */
  readonly back?: () => void
}

function MenuList({ items, beside, close, back }: MenuListProps) {
  const list = useRef<HTMLUListElement>(null)
  const [open, setOpen] = useState<number>()
  useLayoutEffect(() => {
    const element = list.current!
    const [left, top] = placeInside(beside, [element.offsetWidth, element.offsetHeight], [innerWidth, innerHeight], back === undefined ? 'at' : 'beside')
    Object.assign(element.style, { left: `${left}px`, top: `${top}px` })
    itemsOf(element)[0]?.focus({ preventScroll: true })
  }, [])
  const choose = (index: number, item: MenuItem) => {
    if (item.isDisabled) return
    if (item.items !== undefined) return setOpen(index)
    close()
    item.run?.()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const all = itemsOf(list.current!)
    const at = all.indexOf(document.activeElement as HTMLElement)
    if (at < 0) return
    const next = nextItem(event.key, at, all.map((one) => one.dataset['label'] ?? ''))
    if (next !== undefined) all[next]?.focus()
    else if (event.key === 'ArrowRight' && all[at]?.getAttribute('aria-haspopup') === 'menu') all[at].click()
    else if (event.key === 'ArrowLeft' && back !== undefined) back()
    else if (event.key === 'Tab') close()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <ul ref={list} class="menu" role="menu" onKeyDown={onKeyDown}>
      {items.map((item, index) => item === 'separator' ? <li key={index} role="separator" class="menu-separator" /> : (
        <li key={index} role="none" onPointerEnter={(event) => {
          if (event.pointerType !== 'mouse') return
          setOpen(item.items !== undefined && !item.isDisabled ? index : undefined)
          event.currentTarget.querySelector<HTMLElement>(':scope > button')?.focus({ preventScroll: true })
        }}>
          <button type="button" role={item.isChecked === undefined ? 'menuitem' : 'menuitemcheckbox'} tabIndex={-1} class="menu-item" data-label={item.label}
            aria-disabled={item.isDisabled} aria-checked={item.isChecked} aria-haspopup={item.items && 'menu'} aria-expanded={item.items && open === index}
            onClick={() => choose(index, item)}>
            <span class="menu-mark">{item.isChecked === true && <Icon path={ICONS.check} size={14} />}
              {item.swatch !== undefined && <span class="menu-swatch" style={{ background: item.swatch ?? 'transparent' }} />}</span>
            <span class="menu-label">{item.label}</span>
            {item.keys !== undefined && item.keys !== '' && <span class="menu-keys">{item.keys}</span>}
            {item.items !== undefined && <Icon path={ICONS.chevronRight} size={14} />}
          </button>
          {open === index && item.items !== undefined && (
            <MenuList items={item.items} beside={rectangleOf(list.current!, index)} close={close} back={() => {
              setOpen(undefined)
              itemAt(list.current!, index)?.focus()
            }} />
          )}
        </li>
      ))}
    </ul>
  )
}

function itemsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(':scope > li > button')]
}

function itemAt(list: HTMLElement, index: number): HTMLElement | null | undefined {
  return list.children[index]?.querySelector<HTMLElement>(':scope > button')
}

function rectangleOf(list: HTMLElement, index: number): MenuListProps['beside'] {
  const { left, top, width, height } = list.children[index]!.getBoundingClientRect()
  return [left, top, width, height]
}
