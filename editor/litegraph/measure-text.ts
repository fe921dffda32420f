/** The fonts of the canvas, and how wide texts are in them. */

const FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"

/** Sizes are in graph units. */
export const FONTS = {
  title: `600 14px ${FAMILY}`, label: `13px ${FAMILY}`, small: `12px ${FAMILY}`, group: `600 20px ${FAMILY}`,
} as const

export type Font = keyof typeof FONTS
export type Measure = (text: string, font: Font) => number

/** As many texts as are remembered: typing makes new ones without end. */
const REMEMBERED = 20_000

/** Measures with a canvas, each text once. */
export function textMeasure(context: CanvasRenderingContext2D): Measure {
  const widths = new Map<string, number>()
  return (text, font) => {
    const key = font + text
    const known = widths.get(key)
    if (known !== undefined) return known
    if (widths.size > REMEMBERED) widths.clear()
    context.font = FONTS[font]
    const { width } = context.measureText(text)
    widths.set(key, width)
    return width
  }
}
