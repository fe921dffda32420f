import type { CanvasTarget } from '../graph/canvas.ts'

/** The node that was clicked, or whose input or output was. */
export function nodeTargetId(target: CanvasTarget | undefined): string | undefined {
  return target?.kind === 'node' || target?.kind === 'input' || target?.kind === 'output' ? target.id : undefined
}
