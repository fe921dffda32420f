/** What keeps a plugin's mistakes from reaching the process it shares with the engine. It is no protection from malice. */
import type { Intrinsics } from '../core/plugins/intrinsics.ts'
import type { NodeContext, NodeType } from '../core/types/index.ts'

/**
 * The same node type, except that what its `run` changes of the language's own objects is put back when it ends, with a
 * warning.
 * @param begins called before each run: that it began has to be known outside, since it may never let go
 */
export function guardNode(node: NodeType, intrinsics: Intrinsics, begins: () => void): NodeType {
  const run: NodeType['run'] = (inputs, context) => {
    begins()
    const look = () => warnOf(intrinsics.restore(), context)
    try {
      const result = node.run(inputs, context)
      if (result instanceof Promise) return whenSettled(result, look)
      return result
    } finally {
      look()
    }
  }
  return Object.freeze({ ...node, run })
}

async function whenSettled<T>(result: Promise<T>, look: () => void): Promise<T> {
  try {
    return await result
  } finally {
    look()
  }
}

function warnOf(changed: readonly string[], context: NodeContext | undefined): void {
  if (changed.length > 0) context?.warn(changeText(changed))
}

/** What is said of changes to the language's own objects. */
export function changeText(changed: readonly string[]): string {
  const named = changed.slice(0, 3).join(', ') + (changed.length > 3 ? ` and ${changed.length - 3} more` : '')
  return `it changed ${named}, which all code shares; that was undone`
}

/** A plugin asked the process to end. */
export class ExitRefused extends Error {
  override readonly name = 'ExitRefused'
}

/** From now on `process.exit` and `process.abort` throw: a plugin must not end the worker and all that runs in it. */
export function refuseExit(): void {
  process.exit = (code) => { throw new ExitRefused(`it called process.exit(${code ?? ''})`) }
  process.abort = () => { throw new ExitRefused('it called process.abort()') }
}
