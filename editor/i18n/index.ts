/** The editor's words. Each area has a file in en/ and one in zh/ with the same keys; a test holds them together. */
import { batch, signal } from '@preact/signals'
import { en, type Dictionary } from './en/index.ts'
import type { NodeWords } from './node-words.ts'

export type Language = 'en' | 'zh'
export type TextKey = keyof Dictionary

const words = signal<Dictionary>(en)
/** What it says of node types; none in English, in which definitions are written. */
export const nodeWords = signal<NodeWords | undefined>(undefined)
/** The language that is shown now. */
export const language = signal<Language>('en')

/** The text of a key, with `{name}` replaced by what `values` has. Reading it inside a component makes it follow the language. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  return words.value[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

let wanted: Language = 'en'

async function loadChinese(): Promise<[Dictionary, NodeWords]> {
  const [{ zh }, { nodes }] = await Promise.all([import('./zh/index.ts'), import('./zh/nodes.ts')])
  return [zh, nodes]
}

/** Shows another language: Chinese is loaded when it is first wanted. */
export async function setLanguage(next: Language): Promise<void> {
  wanted = next
  const [all, nodes] = next === 'zh' ? await loadChinese() : [en, undefined]
  if (wanted !== next) return // another one was asked for meanwhile
  batch(() => {
    words.value = all
    nodeWords.value = nodes
    language.value = next
  })
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
}
