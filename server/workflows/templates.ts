/** The workflows that come with Kinograph: examples to begin from, with what their files say of themselves. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { own, recordOf, isList } from '../../core/comfy/fields.ts'
import { parseWorkflow } from '../../core/workflow/parse.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'

/** What a list of them shows. */
export interface Template {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  /** Files of the input folder that it reads, as it comes with them. */
  readonly files: readonly string[]
  /** What it needs that Kinograph does not bring along. */
  readonly needs?: string
  /** The same in Chinese. */
  readonly zh?: { readonly title: string; readonly description: string }
  /** Whether there is a picture of what it makes. */
  readonly thumbnail: boolean
}

export class Templates {
  readonly folder: string
  #known: Promise<ReadonlyMap<string, { readonly template: Template; readonly workflow: Workflow }>> | undefined

  /** @param folder where they lie: files that are part of the package, so they are read once */
  constructor(folder: string) {
    this.folder = folder
  }

  /** All, those to start with first. */
  async list(): Promise<readonly Template[]> {
    const all = [...(await this.#all()).values()].map(({ template }) => template)
    const rank = ({ tags, needs }: Template) => (needs !== undefined ? 2 : tags.includes('start') ? 0 : 1)
    return all.sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title))
  }

  /** One by its name; undefined for a name that is not in the list. */
  async get(name: string): Promise<{ readonly template: Template; readonly workflow: Workflow } | undefined> {
    return (await this.#all()).get(name)
  }

  #all() {
    this.#known ??= readAll(this.folder)
    this.#known.catch(() => { this.#known = undefined })
    return this.#known
  }
}

async function readAll(folder: string) {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort()
  const thumbnails = new Set(await readdir(join(folder, 'thumbnails')).catch((): string[] => []))
  return new Map(await Promise.all(files.map(async (file) => {
    const name = file.slice(0, -'.json'.length)
    const workflow = parseWorkflow(await readFile(join(folder, file), 'utf8'))
    return [name, { template: describe(name, workflow, thumbnails.has(`${name}.webp`)), workflow }] as const
  })))
}

function describe(name: string, { title, description, extra }: Workflow, thumbnail: boolean): Template {
  const about = recordOf(own(extra ?? {}, 'template'))
  const texts = (field: string) => {
    const value = own(about, field)
    return value !== undefined && isList(value) ? value.filter((one) => typeof one === 'string') : []
  }
  const needs = own(about, 'needs')
  const { title: titleZh, description: descriptionZh } = recordOf(own(about, 'zh'))
  return {
    name, title: title ?? name, description: description ?? '', tags: texts('tags'), files: texts('files'),
    ...(typeof needs === 'string' && { needs }),
    ...(typeof titleZh === 'string' && typeof descriptionZh === 'string' && { zh: { title: titleZh, description: descriptionZh } }), thumbnail,
  }
}
