/** What the pointer looks like over something. */
import type { Hit } from './hit.ts'

/** A CSS cursor. */
export function cursorOf(hit: Hit): string {
  if (hit.kind === 'group') return hit.part === 'corner' ? 'nwse-resize' : 'move'
  if (hit.kind === 'link') return 'pointer'
  if (hit.kind === 'canvas') return 'default'
  const { part, node } = hit
  switch (part.part) {
    case 'input': case 'output': return 'crosshair'
    case 'corner': return 'nwse-resize'
    case 'fold': case 'media': return 'pointer'
    case 'field': {
      const { link, widget } = node.scene.inputs[part.index]!
      if (link) return 'default'
      return part.zone !== 'value' || widget?.kind === 'toggle' || widget?.kind === 'choice' ? 'pointer' : widget?.kind === 'number' ? 'ew-resize' : 'text'
    }
    default: return 'default'
  }
}
