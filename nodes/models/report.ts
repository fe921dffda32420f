import type { NodeContext, Ports } from '../../core/types/index.ts'
import type { LoadReport } from '../../tensor/index.ts'

const SHOWN = 5
/** The most names of one kind in a warning's details: it travels as a message. */
const KEPT = 500

/** Warns of what did not fit when a file was loaded; says nothing when all of it did. */
export function reportLoad<O extends Ports>(ctx: Pick<NodeContext<O>, 'warn'>, name: string, report: LoadReport): void {
  const { matched, missing, unexpected, wrongShape } = report
  const parts = [
    listed(unexpected, 'in the file fit nothing in the model and were left out'),
    listed(missing, 'that the model wants are not in the file'),
    listed(wrongShape.map((one) => `${one.name} (expected [${one.expected.join(', ')}], got [${one.found.join(', ')}])`),
      'have another shape and were left out'),
  ].filter((part) => part !== undefined)
  if (parts.length === 0) return
  ctx.warn(`${name}: ${matched.length} tensors matched; ${parts.join('; ')}.`, {
    matched: matched.length,
    missing: missing.slice(0, KEPT),
    unexpected: unexpected.slice(0, KEPT),
    wrongShape: wrongShape.slice(0, KEPT).map(({ name: key, expected, found }) => ({ name: key, expected: [...expected], found: [...found] })),
  })
}

/** `3 that the model wants are not in the file (a, b, c)`, or undefined for none. */
function listed(names: readonly string[], what: string): string | undefined {
  if (names.length === 0) return undefined
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  return `${names.length} ${what} (${names.slice(0, SHOWN).join(', ')}${more})`
}
