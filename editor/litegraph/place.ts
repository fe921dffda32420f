/** Where something is drawn, in graph units: for overlays and tests. */
import type { CanvasTarget } from '../graph/canvas.ts'
import type { Point, Rectangle } from '../graph/scene.ts'
import { GROUP_TITLE } from './group-hit.ts'
import { middleOf } from './link-shape.ts'
import { valueArea } from './node-hit.ts'
import type { Stage } from './stage.ts'

export type Placed = Rectangle
type Target = Exclude<CanvasTarget, { readonly kind: 'canvas' }> | { readonly kind: 'widget'; readonly id: string; readonly input: string }

/** Of a node with its title, of a group its title, of a link its middle; undefined where there is no such thing. */
export function placeOf({ model, settings }: Stage, target: Target): Placed | undefined {
  switch (target.kind) {
    case 'node': return model.node(target.id)?.area
    case 'group': {
      const area = model.groups[target.index]?.area
      return area && [area[0], area[1], area[2], GROUP_TITLE]
    }
    case 'link': {
      const link = model.linkTo(target.to, target.input)
      return link && dot(middleOf(model.shapeOf(link, settings.links)))
    }
    case 'output': {
      const found = model.output(target.id, target.output)
      return found && dot(model.outputPoint(found.node, found.index))
    }
    case 'input': {
      const found = model.input(target.id, target.input)
      const point = found && model.inputPoint(found.node, found.index)
      return point && dot(point)
    }
    case 'widget': return fieldOf(model.input(target.id, target.input))
    default: return target satisfies never
  }
}

function fieldOf(found: ReturnType<Stage['model']['input']>): Rectangle | undefined {
  const place = found?.node.layout.fields.find(({ input }) => input === found.index)
  if (!found || !place) return undefined
  const [x, y, width, height] = found.node.scene.kind === 'note' ? place.area : valueArea(found.node.scene, place)
  return [found.node.pos[0] + x, found.node.pos[1] + y, width, height]
}

const dot = ([x, y]: Point): Rectangle => [x - 6, y - 6, 12, 12]
