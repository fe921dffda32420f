/** Where everything in a node is, in graph units from its position: the corner of its body, below its title. */
import type { Point, Rectangle, SceneInput, SceneNode, Size } from '../graph/scene.ts'
import { MARKDOWN_NOTE, wrapNote } from './note-lines.ts'
import type { Measure } from './measure-text.ts'

export const TITLE_HEIGHT = 30
export const ROW_HEIGHT = 22
export const FIELD_HEIGHT = 22
export const LINE_HEIGHT = 16
/** Half the side of a reroute. */
export const REROUTE_RADIUS = 12
/** Between the border and what is written. */
export const PADDING = 12
const GAP = 4
const EDGE = 6
const WIDTHS = { least: 210, most: 270 }
const LINES = { least: 3, ofNote: 24 }
const MEDIA_LEAST = 72

export interface NodeLayout {
  /** Of the body, without the title. */
  readonly size: Size
  /** What it can't be made smaller than. */
  readonly least: Size
  readonly titleHeight: number
  /** By input, in their order; undefined for one without a socket. */
  readonly inputs: readonly (Point | undefined)[]
  readonly outputs: readonly Point[]
  readonly fields: readonly FieldPlace[]
  /** What the node shows: pictures, a video, text. */
  readonly media?: Rectangle
}

/** The row of a widget. */
export interface FieldPlace {
  /** Place among the inputs. */
  readonly input: number
  readonly area: Rectangle
}

/** How high what a node shows wants to be at a width. */
export type MediaHeight = (width: number) => number

/** Lays a node out. */
export function layoutNode(node: SceneNode, measure: Measure, media?: MediaHeight): NodeLayout {
  if (node.kind === 'reroute') return reroute(node)
  if (node.collapsed) return collapsed(node, measure)
  return node.kind === 'note' ? note(node, measure) : open(node, measure, media)
}

function reroute({ inputs, outputs }: SceneNode): NodeLayout {
  const side = 2 * REROUTE_RADIUS
  return {
    size: [side, side], least: [side, side], titleHeight: 0, fields: [],
    inputs: inputs.map(() => [0, REROUTE_RADIUS]), outputs: outputs.map(() => [side, REROUTE_RADIUS]),
  }
}

/** Only its title; all its links come together at the ends. */
function collapsed(node: SceneNode, measure: Measure): NodeLayout {
  const width = Math.min(WIDTHS.most, Math.max(80, measure(node.title, 'title') + 2 * TITLE_HEIGHT))
  return {
    size: [width, 0], least: [width, 0], titleHeight: TITLE_HEIGHT, fields: [],
    inputs: node.inputs.map(() => [0, -TITLE_HEIGHT / 2]), outputs: node.outputs.map(() => [width, -TITLE_HEIGHT / 2]),
  }
}

function note(node: SceneNode, measure: Measure): NodeLayout {
  const index = node.inputs.findIndex(({ widget }) => widget?.kind === 'text')
  const width = node.size?.[0] ?? WIDTHS.most
  const text = String(node.inputs[index]?.value ?? '')
  const lines = wrapNote(text, node.type === MARKDOWN_NOTE, width - 2 * PADDING, measure, LINES.ofNote).length
  const least: Size = [100, LINE_HEIGHT + 2 * EDGE]
  const height = Math.max(least[1], node.size?.[1] ?? Math.max(LINES.least, lines) * LINE_HEIGHT + 2 * PADDING)
  const size: Size = [Math.max(least[0], width), height]
  const area: Rectangle = [EDGE, EDGE, size[0] - 2 * EDGE, height - 2 * EDGE]
  return { size, least, titleHeight: TITLE_HEIGHT, inputs: node.inputs.map(() => undefined), outputs: [], fields: index < 0 ? [] : [{ input: index, area }] }
}

function open(node: SceneNode, measure: Measure, media: MediaHeight | undefined): NodeLayout {
  const plain = node.inputs.flatMap((input, index) => (isPlain(input) ? [index] : []))
  const fields = node.inputs.flatMap((input, index) => (input.widget && !input.definition?.forceInput ? [index] : []))
  const leastWidth = widthOf(node, plain, measure)
  const width = Math.max(leastWidth, node.size?.[0] ?? Math.min(WIDTHS.most, leastWidth))
  const rows = Math.max(plain.length, node.outputs.length) * ROW_HEIGHT
  const fixed = fields.reduce((sum, index) => sum + leastHeight(node.inputs[index]!) + GAP, 0)
  const shown = media ? Math.max(MEDIA_LEAST, node.size ? 0 : media(width - 2 * PADDING)) + GAP : 0
  const needed = EDGE + rows + fixed + shown + EDGE
  const height = Math.max(needed, node.size?.[1] ?? 0)
  const stretch = height - needed
  const tall = media ? 0 : fields.filter((index) => isTall(node.inputs[index]!)).length
  const places = fieldPlaces(node, fields, EDGE + rows, width, tall > 0 ? stretch / tall : 0)
  const inputs = socketPlaces(node, plain, places)
  const mediaTop = EDGE + rows + fixed
  const least: Size = [leastWidth, needed - shown + (media ? MEDIA_LEAST + GAP : 0)]
  return {
    size: [width, height], least, titleHeight: TITLE_HEIGHT, inputs, fields: places,
    outputs: node.outputs.map((_output, row) => [width, EDGE + (row + 0.5) * ROW_HEIGHT]),
    ...(media && { media: [PADDING, mediaTop, width - 2 * PADDING, height - mediaTop - EDGE] }),
  }
}

/** A socket without a widget: a row of its own, across from an output. */
const isPlain = (input: SceneInput): boolean => input.hasSocket && (!input.widget || input.definition?.forceInput === true)

/** Text of several lines; a linked one has nothing to show but where it comes from. */
const isTall = ({ widget, link }: SceneInput): boolean => !link && widget?.kind === 'text' && widget.multiline

/** Of a field, when nothing is left over. */
function leastHeight(input: SceneInput): number {
  return isTall(input) ? LINES.least * LINE_HEIGHT + 12 : FIELD_HEIGHT
}

function widthOf(node: SceneNode, plain: readonly number[], measure: Measure): number {
  const rows = Math.max(plain.length, node.outputs.length)
  const marks = (node.pinned ? 18 : 0) + (node.kind === 'subgraph' ? 22 : 0)
  let widest = Math.min(WIDTHS.most, measure(node.title, 'title') + 2 * TITLE_HEIGHT + marks)
  for (let row = 0; row < rows; row++) {
    const input = node.inputs[plain[row] ?? -1]
    const output = node.outputs[row]
    const labels = (input ? measure(input.label, 'label') : 0) + (output ? measure(output.label, 'label') : 0)
    widest = Math.max(widest, labels + 2 * PADDING + 2 * GAP + (input && output ? PADDING : 0))
  }
  return Math.ceil(Math.min(WIDTHS.most * 2, Math.max(node.inputs.some(({ widget }) => widget) ? WIDTHS.least : 140, widest)))
}

function fieldPlaces(node: SceneNode, fields: readonly number[], top: number, width: number, stretch: number): FieldPlace[] {
  let y = top
  return fields.map((index) => {
    const input = node.inputs[index]!
    const height = leastHeight(input) + (isTall(input) ? stretch : 0)
    const place: FieldPlace = { input: index, area: [PADDING, y, width - 2 * PADDING, height] }
    y += height + GAP
    return place
  })
}

function socketPlaces(node: SceneNode, plain: readonly number[], fields: readonly FieldPlace[]): (Point | undefined)[] {
  return node.inputs.map((input, index): Point | undefined => {
    const row = plain.indexOf(index)
    if (row >= 0) return [0, EDGE + (row + 0.5) * ROW_HEIGHT]
    const field = fields.find((one) => one.input === index)
    return field && input.hasSocket ? [0, field.area[1] + Math.min(FIELD_HEIGHT, field.area[3]) / 2] : undefined
  })
}
