/** Which theme is shown, from what the person chose and what the system prefers. */
import { computed, signal, type ReadonlySignal } from '@preact/signals'
import type { Settings } from '../app/settings.ts'

export type Theme = 'light' | 'dark'

const prefersDark = matchMedia('(prefers-color-scheme: dark)')
const systemTheme = signal<Theme>(prefersDark.matches ? 'dark' : 'light')
prefersDark.addEventListener('change', () => { systemTheme.value = prefersDark.matches ? 'dark' : 'light' })

/** The theme that these settings come to now. */
export function shownTheme(settings: ReadonlySignal<Settings>): ReadonlySignal<Theme> {
  return computed(() => settings.value.theme === 'system' ? systemTheme.value : settings.value.theme)
}
