import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Paths } from '../types/node-type.ts'
import { PromptProblem } from '../workflow/dynamic-prompt.ts'
import { didYouMean, listed } from '../workflow/suggest.ts'

/** A larger file is refused before it is read. */
const MAX_BYTES = 16 * 2 ** 20

/** Folders within the folder that suggestions look into, and names that they list. */
const MAX_LEVELS = 4
const MAX_NAMES = 2000

/** Where wildcard files lie: beside the pictures that a run reads, which on the command line is beside the workflow. */
export const wildcardFolder = ({ input }: Pick<Paths, 'input'>): string => join(input, 'wildcards')

/** Wildcard files of one run: `__animals/cat__` is a line of `wildcards/animals/cat.txt`. Each is read once. */
export class Wildcards {
  readonly #folder: string
  readonly #files = new Map<string, Promise<readonly string[]>>()

  constructor(paths: Pick<Paths, 'input'>) {
    this.#folder = wildcardFolder(paths)
  }

  /**
   * The lines of a file, without blank ones and comments (`# …`).
   * @throws PromptProblem when there is none of that name, or it is too large
   */
  lines(name: string): Promise<readonly string[]> {
    const known = this.#files.get(name) ?? this.#read(name)
    this.#files.set(name, known)
    return known
  }

  async #read(name: string): Promise<readonly string[]> {
    if (name.split('/').some((part) => part === '' || part.startsWith('.'))) {
      throw new PromptProblem(`"${name}" is not the name of a wildcard file`, 'Names are paths within the folder, such as animals/cat.')
    }
    const path = join(this.#folder, `${name}.txt`)
    const info = await stat(path).catch(() => undefined)
    if (info === undefined || !info.isFile()) throw await this.#missing(name)
    if (info.size > MAX_BYTES) throw new PromptProblem(`${path} is larger than ${MAX_BYTES} bytes`, 'Split it into several files.')
    const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim())
    return lines.filter((line) => line !== '' && !line.startsWith('#'))
  }

  async #missing(name: string): Promise<PromptProblem> {
    const names: string[] = []
    await collect(this.#folder, '', MAX_LEVELS, names)
    const remedy = didYouMean(name, names) ?? listed(names, 'wildcard')
    return new PromptProblem(
      `there is no wildcard file ${join(this.#folder, `${name}.txt`)}`,
      remedy ?? String.raw`Write one with a text on each line, or \_ for an underscore that is meant as such.`,
    )
  }
}

async function collect(folder: string, prefix: string, levels: number, names: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (names.length >= MAX_NAMES) return
    if (entry.name.endsWith('.txt')) names.push(prefix + entry.name.slice(0, -'.txt'.length))
    else if (entry.isDirectory() && levels > 1) await collect(join(folder, entry.name), `${prefix}${entry.name}/`, levels - 1, names)
  }
}
