/** When a menu is asked for: by the right button, a finger that rests, or the menu key. */
import type { Point } from '../graph/scene.ts'
import { distance } from './geometry.ts'
import { targetOf, type Hit } from './hit.ts'
import type { Deeds } from './actions.ts'

const LONG_PRESS = 500
/** Milliseconds in which a browser may tell of its own menu after the button. */
const TOLD_LATE = 1000
/** Pixels that a click may move. */
const CLICK_DRIFT = 8

export class Menus {
  readonly #deeds: Deeds
  #rightAt = -Infinity
  #rightDown: Point = [0, 0]
  #resting: ReturnType<typeof setTimeout> | undefined

  constructor(deeds: Deeds) {
    this.#deeds = deeds
  }

  rightDown(client: Point): void {
    this.#rightAt = performance.now()
    this.#rightDown = client
  }

  rightUp(hit: Hit, client: Point): void {
    this.#rightAt = performance.now()
    if (distance(client, this.#rightDown) <= CLICK_DRIFT) this.#open(hit, client)
  }

  /** A finger is down; `rested` is called when it has stayed, and the menu opens. */
  fingerDown(hit: Hit, client: Point, rested: () => void): void {
    clearTimeout(this.#resting)
    this.#resting = setTimeout(() => {
      rested()
      this.#open(hit, client)
    }, LONG_PRESS)
  }

  /** The finger has moved, or gone. */
  fingerGone(): void {
    clearTimeout(this.#resting)
  }

  /** The browser would open a menu of its own: it never does; for the menu key, ours opens on what is selected. */
  browserMenu(event: MouseEvent, isTouch: boolean): void {
    event.preventDefault()
    if (performance.now() - this.#rightAt < TOLD_LATE || isTouch) return
    const { stage, toClient } = this.#deeds
    const [id] = stage.selection.nodes
    const node = id === undefined ? undefined : stage.model.node(id)
    const [x, y] = node ? toClient(node.area) : [event.clientX, event.clientY]
    stage.listener.menu(node ? { kind: 'node', id: node.key } : { kind: 'canvas' }, [x + 8, y + 8])
  }

  /** What the menu is about is selected, unless it is among what is selected already. */
  #open(hit: Hit, client: Point): void {
    const { stage: { selection: { nodes, groups }, listener }, pick } = this.#deeds
    const isSelected = hit.kind === 'node' ? nodes.has(hit.node.key) : hit.kind === 'group' ? groups.has(hit.group.scene.index) : hit.kind === 'link'
    if (!isSelected) pick(hit, { shift: false, ctrl: false })
    listener.menu(targetOf(hit), client)
  }
}
