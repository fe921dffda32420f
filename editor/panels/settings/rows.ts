/** Every setting that has a place in the panel, as data: the panel draws these rows and knows nothing of single settings. */
import type { Settings } from '../../app/settings.ts'
import type { TextKey } from '../../i18n/index.ts'

type NamesOf<T> = { [K in keyof Settings]: Settings[K] extends T ? K : never }[keyof Settings]

export type SettingRow =
  | { readonly kind: 'switch'; readonly name: NamesOf<boolean> }
  | { readonly kind: 'number'; readonly name: NamesOf<number>; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly name: NamesOf<string>; readonly choices: readonly { readonly value: string; readonly label: TextKey }[] }

export interface SettingGroup {
  readonly title: TextKey
  readonly rows: readonly SettingRow[]
}

const choice = <K extends NamesOf<string>>(name: K, choices: { readonly [V in Settings[K]]: TextKey }): SettingRow =>
  ({ kind: 'choice', name, choices: Object.entries<TextKey>(choices).map(([value, label]) => ({ value, label })) })

export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    title: 'panels.settings.looks',
    rows: [
      choice('language', { en: 'panels.settings.english', zh: 'panels.settings.chinese' }),
      choice('theme', { light: 'panels.settings.light', dark: 'panels.settings.dark', system: 'panels.settings.system' }),
    ],
  },
  {
    title: 'panels.settings.canvas',
    rows: [
      { kind: 'switch', name: 'snap' },
      { kind: 'number', name: 'grid', min: 1, max: 500 },
      choice('links', { curved: 'panels.settings.curved', straight: 'panels.settings.straight', linear: 'panels.settings.linear' }),
      { kind: 'switch', name: 'minimap' },
      { kind: 'switch', name: 'properties' },
    ],
  },
  {
    title: 'panels.settings.runs',
    rows: [
      { kind: 'switch', name: 'previews' },
      { kind: 'number', name: 'batch', min: 1, max: 100 },
      choice('autoQueue', { off: 'app.autoQueueOff', change: 'app.autoQueueChange', instant: 'app.autoQueueInstant' }),
    ],
  },
  { title: 'panels.settings.saving', rows: [{ kind: 'switch', name: 'autosave' }] },
]

/** The words of a setting: its label, and what it means. */
export function wordsOf<N extends SettingRow['name']>(name: N): { readonly label: `panels.settings.${N}.label`; readonly about: `panels.settings.${N}.about` } {
  return { label: `panels.settings.${name}.label`, about: `panels.settings.${name}.about` }
}
