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
