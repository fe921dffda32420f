import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { formatWorkflow } from '../core/workflow/format.ts'
import { parseWorkflow } from '../core/workflow/parse.ts'

const root = resolve(import.meta.dirname, '..')
const pages = ['README.md', 'README_zh-CN.md', ...readdirSync(join(root, 'docs')).filter((f) => f.endsWith('.md')).map((f) => `docs/${f}`)]

/** Relative links of a page, as paths from the project's root. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => join(dirname(page), match[1]))
}

test.each(pages)('every link of %s leads somewhere', (page) => {
  expect(linksOf(page).filter((link) => !existsSync(join(root, link)))).toEqual([])
})

test('the architecture page names the five files from prompt to mp4, in order', () => {
  const text = readFileSync(join(root, 'docs/ARCHITECTURE.md'), 'utf8')
  const steps = [...text.matchAll(/^\d\. \[([^\]]+)\]/gm)].map((match) => match[1])
  expect(steps).toEqual([
    'workflows/text-to-video.json', 'core/run/run.ts', 'diffusion/text-to-video.ts',
    'diffusion/transformer/easyanimate.ts', 'media/encode-video.ts',
  ])
})

test('both READMEs open with the same two commands', () => {
  const opening = '```sh\nnpm install && npm run demo\nnpm install && npm test\n```'
  for (const page of ['README.md', 'README_zh-CN.md']) {
    expect(readFileSync(join(root, page), 'utf8').split('\n').slice(2, 6).join('\n')).toBe(opening)
  }
})

test('the example of the page on workflow files is in the format, written as kinograph fmt writes it', () => {
  const example = /```json\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/workflows.md'), 'utf8'))![1]
  expect(formatWorkflow(parseWorkflow(example))).toBe(example)
})

/** The proofs in a table row: the file of each link, with the titles in “…” that follow it. */
function proofsIn(text: string): { file: string; titles: string[] }[] {
  return [...text.matchAll(/\]\((\.\.\/[^)]+\.test\.ts)\)((?:,? “[^”]*”)*)/g)].map(([, file, titles]) =>
    ({ file: file.slice('../'.length), titles: [...titles.matchAll(/“([^”]*)”/g)].map(([, title]) => title.replaceAll('\\"', '"')) }))
}

/** Whether a title stands in a test file as the first argument of a call. */
function hasTitle(source: string, title: string): boolean {
  const quoted = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`\\(\\s*'${quoted}',`).test(source.replaceAll('\\\'', '\''))
}

test('each promise of the page on the engine names tests that there are', () => {
  const lines = readFileSync(join(root, 'docs/engine.md'), 'utf8').split('\n')
  const rows = lines.filter((line) => line.startsWith('| ') && !/^\| (promise|attack|---)/.test(line))
  const missing = rows.flatMap((row) => {
    const proofs = proofsIn(row)
    if (proofs.every(({ titles }) => titles.length === 0)) return [`no test: ${row}`]
    return proofs.flatMap(({ file, titles }) => {
      const source = readFileSync(join(root, file), 'utf8')
      return titles.filter((title) => !hasTitle(source, title)).map((title) => `${file}: ${title}`)
    })
  })
  expect(missing).toEqual([])
  expect(rows.length).toBeGreaterThan(50)
})
