/** The parts of the page, to go from one to the next by a key, past all that is in them. */

const REGIONS = ['.top-bar', '.side-bar', '#stage', '.status-bar'] as const
const FOCUSABLE = '.canvas-host canvas, button:not([disabled]), a[href], input:not([disabled]), select, textarea, [tabindex="0"]'

/** Puts the focus into the next part (or the one before) that can take it. */
export function goToRegion(by: 1 | -1): void {
  const parts = REGIONS.flatMap((selector) => document.querySelector<HTMLElement>(selector) ?? [])
  const at = parts.findIndex((part) => part.contains(document.activeElement))
  const order = parts.map((_, step) => parts.at((Math.max(at, by === 1 ? -1 : 0) + by * (step + 1)) % parts.length)!)
  for (const part of order) {
    const target = [...part.querySelectorAll<HTMLElement>(FOCUSABLE)].find((one) => one.tabIndex >= 0 && one.offsetParent !== null)
    if (!target) continue
    target.focus()
    if (part.contains(document.activeElement)) return
  }
}
