/** Whether a held link could go to a socket: by its type alone, since this is asked for every socket in every picture. */
import { fits } from '../../core/types/socket.ts'
import type { GraphNode } from './graph-node.ts'
import type { Stage } from './stage.ts'

/** True while no link is held, and for the socket it comes from. */
export function heldFits({ held, model }: Stage, node: GraphNode, side: 'input' | 'output', index: number): boolean {
  if (!held) return true
  const { loose } = held
  if ('from' in loose) {
    const start = model.output(loose.from, loose.output)
    if (!start) return false
    if (side === 'output') return start.node === node && start.index === index
    const input = node.scene.inputs[index]!
    return node !== start.node && input.hasSocket && fits(start.output.socket, input.socket)
  }
  const start = model.input(loose.to, loose.input)
  if (!start) return false
  if (side === 'input') return start.node === node && start.index === index
  return node !== start.node && fits(node.scene.outputs[index]!.socket, start.input.socket)
}
