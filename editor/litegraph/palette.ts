/** What the canvas is painted with, in both themes: the values of theme/theme.css, since a canvas reads no variables. */
export interface Palette {
  readonly canvas: string
  readonly grid: string
  readonly node: string
  readonly title: string
  readonly border: string
  readonly text: string
  readonly muted: string
  /** Of a widget's row. */
  readonly field: string
  readonly fieldBorder: string
  readonly accent: string
  readonly onAccent: string
  readonly selection: string
  readonly danger: string
  readonly onDanger: string
  readonly success: string
  readonly warning: string
  readonly paper: string
  readonly paperText: string
  readonly bypass: string
  readonly shadow: string
  readonly group: string
  readonly hatch: string
}

export const PALETTES: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    canvas: '#e4e7eb', grid: '#d5d9df', node: '#f8f9fa', title: '#e9ecf0', border: '#bcc3cd', text: '#1b1f26', muted: '#555d6a',
    field: '#ffffff', fieldBorder: '#d8dce2', accent: '#4450c8', onAccent: '#ffffff', selection: '#3b46b8', danger: '#b3261e', onDanger: '#ffffff',
    success: '#17653a', warning: '#7a4a00', paper: '#fff6cf', paperText: '#40360c', bypass: '#a06be0', shadow: 'rgb(20 24 32 / 18%)',
    group: '#6b7891', hatch: 'rgb(179 38 30 / 14%)',
  },
  dark: {
    canvas: '#1b1d22', grid: '#24272d', node: '#2b2f36', title: '#363b44', border: '#454c57', text: '#e8eaed', muted: '#a5adb9',
    field: '#1c1f24', fieldBorder: '#3d434c', accent: '#7d88ff', onAccent: '#14161b', selection: '#a5aeff', danger: '#ff7a70', onDanger: '#2a0d0b',
    success: '#7fd6a2', warning: '#f5c66b', paper: '#4a431f', paperText: '#f3e9c0', bypass: '#a06be0', shadow: 'rgb(0 0 0 / 40%)',
    group: '#8490a8', hatch: 'rgb(255 122 112 / 16%)',
  },
}
