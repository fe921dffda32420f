/**
 * Leaves out of litegraph what the editor never calls: its dialogs, menus, widgets, clipboard, its own gestures and looks.
 * That is two thirds of the 100 kB (gzip) that the canvas would take, its `eval` and `innerHTML` included. What is left out
 * throws when it is called after all, so that a test finds it. Plain JavaScript: the build runs it.
 */
import { parseAst } from 'vite'

/** Methods that are called, by class. Constructors and accessors all stay. */
const KEPT = {
  CustomEventTarget: ['addEventListener'],
  Rectangle: ['resizeBottomRight'],
  MapProxyHandler: ['get', 'bindAllMethods'],
  LGraphNode: ['updateArea'],
  CanvasPointer: ['down', 'move', 'up', '#completeClick', '#hasSamePosition', '#setDragStarted', 'reset'],
  DragAndScale: ['#stateHasChanged', 'computeVisibleArea', 'toCanvasContext'],
  LGraphCanvas: [
    '#updateCursorStyle', 'clear', '#validateCanvas', 'setCanvas', 'setDirty', '#dirty', 'deselect', 'adjustMouseEvent', 'computeVisibleNodes',
    'drawFrontCanvas', 'drawBackCanvas', 'checkPanels',
  ],
  LGraph: [
    'clear', 'attachCanvas', 'detachCanvas', 'stop', 'updateExecutionOrder', 'computeExecutionOrder', 'canvasAction', 'add', 'remove',
    'beforeChange', 'afterChange', 'change', 'setDirtyCanvas',
  ],
}

/** Classes that are never made. */
const UNMADE = ['ContextMenu', 'CurveEditor']

export const SLIM_LITEGRAPH = {
  name: 'slim-litegraph',
  transform(code, id) {
    if (!/litegraph(\.es)?\.js/.test(id) || !code.includes('class LGraphCanvas')) return undefined
    const slim = slimmed(code)
    if (/\beval\(|innerHTML/.test(slim)) throw new Error('what is kept of litegraph writes markup or evaluates text')
    return { code: slim, map: null }
  },
}

/** The code with the bodies of all other methods replaced. */
export function slimmed(code) {
  const methods = parseAst(code).body.filter(({ type }) => type === 'ClassDeclaration').flatMap(methodsOf)
  for (const [of, names] of Object.entries(KEPT)) {
    for (const name of names) if (!methods.some((one) => one.of === of && one.name === name)) throw new Error(`litegraph has no method ${of}.${name} any more`)
  }
  const parts = []
  let end = 0
  for (const { of, name, body } of methods) {
    if (KEPT[of]?.includes(name)) continue
    parts.push(code.slice(end, body.start), '{ leftOut() }')
    end = body.end
  }
  return `${parts.join('')}${code.slice(end)}\nfunction leftOut() { throw new Error('this part of litegraph is left out') }\n`
}

function methodsOf({ id: { name: of }, body }) {
  return body.body
    .filter(({ type, kind }) => type === 'MethodDefinition' && (kind === 'method' || (kind === 'constructor' && UNMADE.includes(of))))
    .map((method) => ({ of, name: nameOf(method), body: method.value.body }))
}

function nameOf({ key }) {
  return key.type === 'PrivateIdentifier' ? `#${key.name}` : key.name ?? key.value
}
