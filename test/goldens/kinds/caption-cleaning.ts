import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cleanCaption, preprocessPrompt } from '../../../diffusion/text/clean-caption.ts'
import type { KindRunner } from '../case.ts'

/** cases.json: one text, and what it becomes when it is cleaned twice, once, or not at all. */
interface CaptionCase {
  readonly tag: string
  readonly input: string
  readonly clean_caption_true: string
  readonly clean_caption_false: string
  readonly clean_caption_once?: string
}

/** Every text of cases.json through the prompt preprocessing. */
export const run: KindRunner = async (golden, compare) => {
  // The file is written by the goldens' own generator in this shape.
  const { cases } = JSON.parse(await readFile(join(golden.dir, 'cases.json'), 'utf8')) as { cases: CaptionCase[] }
  cases.forEach((wanted, i) => {
    const check = (way: string, actual: string, stored: string) =>
      compare.check(`case ${i} (${wanted.tag}) ${way}`, actual === stored,
        `${JSON.stringify(wanted.input.slice(0, 80))}: got ${JSON.stringify(actual)}, stored ${JSON.stringify(stored)}`)
    check('cleaned', preprocessPrompt(wanted.input, { clean: true }), wanted.clean_caption_true)
    check('not cleaned', preprocessPrompt(wanted.input, { clean: false }), wanted.clean_caption_false)
    const once = wanted.clean_caption_once
    if (once !== undefined) check('cleaned once', cleanCaption(wanted.input), once)
  })
}
