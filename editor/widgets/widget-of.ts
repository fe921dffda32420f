/** The one table from an input's definition to how it is written by hand. */
import type { InputDefinition } from '../../core/types/definition.ts'
import { takesLiteral } from '../../core/types/literal.ts'
import { isList, isUnion, type SocketType } from '../../core/types/socket.ts'
import type { Widget } from './widget.ts'

/** Of definitions, which don't change: views ask for the same ones all the time. */
const known = new WeakMap<InputDefinition, { readonly widget: Widget | undefined }>()

/** How an input is written by hand, or `undefined` for one that takes links only. */
export function widgetOf(definition: InputDefinition): Widget | undefined {
  const before = known.get(definition)
  if (before) return before.widget
  const widget = makeWidget(definition)
  known.set(definition, { widget })
  return widget
}

function makeWidget(definition: InputDefinition): Widget | undefined {
  if (definition.hidden !== undefined || definition.rawLink || !takesLiteral(definition.socket)) return undefined
  return BY_SOCKET.get(literalSocket(definition.socket))?.(definition) ?? composed(definition)
}

const BY_SOCKET: ReadonlyMap<SocketType, (definition: InputDefinition) => Widget> = new Map<SocketType, (definition: InputDefinition) => Widget>([
  ['INT', (definition) => (definition.seed ? seed(definition) : number(definition, true))],
  ['FLOAT', (definition) => number(definition, false)],
  ['BOOLEAN', ({ labelOn, labelOff }) => ({ kind: 'toggle', ...(labelOn !== undefined && { on: labelOn }), ...(labelOff !== undefined && { off: labelOff }) })],
  ['COMBO', (definition) => choice(definition)],
  ['STRING', (definition) => (definition.choices ? choice(definition) : text(definition))],
])

/** Of a union, the one member that can be written: a whole number is also a number. */
function literalSocket(socket: SocketType): SocketType {
  if (!isUnion(socket)) return socket
  const members = [...new Set(socket.anyOf.filter(takesLiteral))]
  if (members.length === 1) return members[0]!
  return members.every((one) => one === 'INT' || one === 'FLOAT') ? 'FLOAT' : socket
}

function composed({ socket, choices }: InputDefinition): Widget {
  return isList(socket) && choices ? { kind: 'choices', choices } : { kind: 'json' }
}

function seed({ min = 0, max = Number.MAX_SAFE_INTEGER }: InputDefinition): Widget {
  return { kind: 'seed', min, max }
}

function number({ min, max, step, round, display, controlAfterGenerate = false }: InputDefinition, whole: boolean): Widget {
  return {
    kind: 'number', whole,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(step !== undefined && { step }),
    ...(typeof round === 'number' && { round }),
    // A slider needs both ends.
    slider: display === 'slider' && min !== undefined && max !== undefined,
    control: controlAfterGenerate,
  }
}

function choice({ choices = [], upload, remote, controlAfterGenerate = false }: InputDefinition): Widget {
  return { kind: 'choice', choices, ...(upload && { upload }), ...(remote && { remote }), control: controlAfterGenerate }
}

function text({ multiline = false, secret = false, dynamicPrompt = false, upload }: InputDefinition): Widget {
  return { kind: 'text', multiline, secret, prompt: dynamicPrompt, ...(upload && { upload }) }
}
