/** The rectangle that selects what it touches. */
import { isWithin } from '../graph/bounds.ts'
import { overlaps, spanned } from './geometry.ts'
import type { At, Gesture, Grip } from './gesture.ts'

/** Adds to what was selected before; groups must lie in it whole. */
export function bandSelect({ stage, select }: Grip, start: At): Gesture {
  const before = { nodes: stage.selection.nodes, groups: stage.selection.groups }
  const finish = () => {
    stage.band = undefined
    stage.redraw('nodes')
  }
  return {
    atEdge: 'pans',
    move: ({ graph }) => {
      const band = spanned(start.graph, graph)
      stage.band = band
      const nodes = [...stage.model.nodes.values()].filter(({ area }) => overlaps(band, area)).map(({ key }) => key)
      const groups = stage.model.groups.filter(({ area: [x, y, w, h] }) => isWithin([x, y], band) && isWithin([x + w, y + h], band)).map(({ scene }) => scene.index)
      select({ nodes: new Set([...before.nodes, ...nodes]), groups: new Set([...before.groups, ...groups]) })
      stage.redraw()
    },
    end: () => {
      finish()
      return []
    },
    cancel: () => {
      select(before)
      finish()
    },
  }
}
