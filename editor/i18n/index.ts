/** The editor's words. Each area has a file in en/ and one in zh/ with the same keys; a test holds them together. */
import { signal } from '@preact/signals'
import { en, type Dictionary } from './en/index.ts'

export type Language = 'en' | 'zh'
export type TextKey = keyof Dictionary

const words = signal<Dictionary>(en)
/** The language that is shown now. */
export const language = signal<Language>('en')

/** The text of a key, with `{name}` replaced by what `values` has. Reading it inside a component makes it follow the language. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  return words.value[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** Shows another language: Chinese is loaded when it is first wanted. */
export async function setLanguage(next: Language): Promise<void> {
  words.value = next === 'zh' ? (await import('./zh/index.ts')).zh : en
  language.value = next
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
}
