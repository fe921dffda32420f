/** 中文 is complete: every word of the editor, and every word of the built-in nodes. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { definitionMap, describeNode } from '../core/types/index.ts'
import { en } from '../editor/i18n/en/index.ts'
import { translated } from '../editor/i18n/node-words.ts'
import { zh } from '../editor/i18n/zh/index.ts'
import { nodes } from '../editor/i18n/zh/nodes.ts'
import { builtIn } from '../nodes/index.ts'

const definitions = builtIn.nodes.map((node) => describeNode(node)).filter(({ internal }) => !internal)
const HAN = /\p{Script=Han}/u
/** Names and units that are the same in Chinese. */
const NAMES = new Set(['Kinograph', 'ComfyUI', 'English', 'kB', 'MB', 'GB', 'min'])
const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()

test('both dictionaries have the same keys, with the same places for values', () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
  const differing = Object.entries(en).filter(([key, text]) => String(places(text)) !== String(places(zh[key as keyof typeof zh])))
  expect(differing.map(([key]) => key)).toEqual([])
})

test('no text stays English', () => {
  const english = Object.entries(zh).filter(([, text]) => !HAN.test(text) && (text.replace(/\{\w+\}/g, '').match(/[A-Za-z]{2,}/g) ?? []).some((word) => !NAMES.has(word)))
  expect(english.map(([key, text]) => `${key}: ${text}`)).toEqual([])
})

test('every built-in node has its title, summary, category, sockets and tooltips in Chinese', () => {
  const lacking = definitions.flatMap(({ type, category, inputs, outputs }) => [
    ...Object.hasOwn(nodes.types, type) ? [] : [type],
    ...category.split('/').filter((part) => !Object.hasOwn(nodes.categories, part)),
    ...[...inputs.filter(({ hidden }) => hidden === undefined), ...outputs].flatMap(({ name, tooltip }) => [
      ...Object.hasOwn(nodes.sockets, name) || Object.hasOwn(nodes.sockets, `${type}.${name}`) ? [] : [`${type}.${name}`],
      ...tooltip === undefined || Object.hasOwn(nodes.tooltips, tooltip) ? [] : [`${type}.${name}: ${tooltip}`],
    ]),
  ])
  expect(lacking).toEqual([])
})

test('nothing of it is said of what is gone', () => {
  const types = new Set(definitions.map(({ type }) => type))
  const sockets = new Set(definitions.flatMap(({ type, inputs, outputs }) => [...inputs, ...outputs].flatMap(({ name }) => [name, `${type}.${name}`])))
  const tooltips = new Set<string | undefined>(definitions.flatMap(({ inputs, outputs }) => [...inputs, ...outputs].map(({ tooltip }) => tooltip)))
  const parts = new Set([...definitions.flatMap(({ category }) => category.split('/')), 'subgraphs'])
  const stale = (known: ReadonlySet<string | undefined>, words: object) => Object.keys(words).filter((key) => !known.has(key))
  expect([stale(types, nodes.types), stale(sockets, nodes.sockets), stale(tooltips, nodes.tooltips), stale(parts, nodes.categories)]).toEqual([[], [], [], []])
})

test('translating changes words alone, and nothing of a plugin\'s', () => {
  const known = definitionMap([...definitions, { ...definitions[0]!, type: 'constructor', title: 'Of a plugin' }])
  const shown = translated(known, nodes)
  expect(shown.get('constructor')).toBe(known.get('constructor'))
  const bare = (all: typeof known) => JSON.parse(JSON.stringify([...all.values()], (key, value: unknown) => (['title', 'summary', 'category', 'tooltip'].includes(key) ? undefined : value))) as unknown
  expect(bare(shown)).toEqual(bare(known))
  expect(shown.get('Sampler')).toMatchObject({ title: '采样器', category: '采样' })
})

/** Files with words that people see. */
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(folder, entry.name)) : entry.name.endsWith('.tsx') ? [join(folder, entry.name)] : [])
}

test('no word stands in a component itself', () => {
  const root = join(import.meta.dirname, '..', 'editor')
  const wrong = sources(root).flatMap((file) => {
    const text = readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\//g, '').replace(/\/\/.*$/gm, '')
    const between = [...text.matchAll(/<\/?[a-z][^<>]*>\s*([^<>{}()=;]*\p{L}{2,}[^<>{}()=;]*?)\s*<\//gu)].map(([, words]) => words!)
    const attributes = [...text.matchAll(/\s(?:aria-label|title|placeholder|alt)="([^"]*\p{L}{2,}[^"]*)"/gu)].map(([, words]) => words!)
    return [...between, ...attributes].map((words) => `${file.slice(root.length + 1)}: ${words.trim()}`)
  })
  expect(wrong).toEqual([])
})
