/** What must hold once everything has ended, whatever was killed on the way. Gives what does not, in words. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isFinal } from '../../server/job/states.ts'
import type { FinalState, JobState } from '../../server/job/states.ts'
import { filesBelow } from '../server/support.ts'
import type { Ledger, Wish } from './ledger.ts'
import { readStore } from './read-store.ts'
import type { StoredFile, StoredJob, StoreContent } from './read-store.ts'

export interface Allowed {
  /** Ends beside `done` and what a cancel leads to. */
  readonly states?: readonly FinalState[]
}

/** Looks at the data folder of a server that has been stopped in order. */
export function violations(data: string, ledger: Ledger, allowed: Allowed = {}): string[] {
  const content = readStore(data)
  return [
    ...alive(content),
    ...ledger.wishes.flatMap((wish) => promises(wish, content, allowed)),
    ...titles(ledger, content),
    ...publishedTwice(content.files),
    ...onDisk(join(data, 'output'), content),
    ...leftovers(data),
  ]
}

/** Jobs that pretend to run or wait although nothing is left to do. */
const alive = ({ jobs }: StoreContent): string[] =>
  jobs.filter(({ state }) => !isFinal(state)).map(({ id, title, state }) => `${title} (${id}) is still ${state}`)

function promises(wish: Wish, { jobs }: StoreContent, { states = [] }: Allowed): string[] {
  const { title, ids, key } = wish
  const made = jobs.filter(({ id }) => ids.has(id))
  const lost = [...ids].filter((id) => !made.some((job) => job.id === id)).map((id) => `${title}: job ${id} was acknowledged and is lost`)
  const repeated = key !== undefined && ids.size > 1 ? [`${title}: one key gave ${ids.size} jobs`] : []
  return [...lost, ...repeated, ...made.flatMap((job) => ending(wish, job, states))]
}

/** What goes by one title, of which not every submission was answered. */
function titles({ wishes }: Ledger, { jobs, files }: StoreContent): string[] {
  return [...new Set(wishes.map(({ title }) => title))].flatMap((title) => {
    const alike = wishes.filter((wish) => wish.title === title)
    const made = jobs.filter((job) => job.title === title)
    const most = alike.reduce((sum, { key, ids, unanswered }) => sum + (key === undefined ? ids.size + unanswered : 1), 0)
    const tooMany = made.length > most ? [`${title}: ${made.length} jobs came of ${most} submissions`] : []
    return [...tooMany, ...made.flatMap((job) => filesOf(alike[0]!, job, files))] // a group has one at least
  })
}

function ending({ title, cancel }: Wish, { id, state, problem }: StoredJob, others: readonly JobState[]): string[] {
  if (cancel === 'cancelled') {
    return state === 'cancelled' ? [] : [`${title} (${id}): its cancel was acknowledged, and it ended ${state}`]
  }
  const wanted: readonly JobState[] = ['done', ...(cancel === undefined ? [] : ['cancelled' as const]), ...others]
  return wanted.includes(state) || !isFinal(state) ? [] : [`${title} (${id}) ended ${state}: ${problem ?? ''}`]
}

/** A job that is done has all its files, each once. */
function filesOf({ title, files, sha256 }: Wish, job: StoredJob, all: readonly StoredFile[]): string[] {
  const own = all.filter((file) => file.job === job.id && file.bytes !== undefined)
  const wrong: string[] = []
  if (job.state === 'done' && own.length !== files) wrong.push(`${title} (${job.id}) has ${own.length} files instead of ${files}`)
  if (sha256 === undefined) return wrong
  for (const file of own) if (file.sha256 !== sha256) wrong.push(`${title}: ${file.filename} differs from that of a run without interruption`)
  return wrong
}

function publishedTwice(files: readonly StoredFile[]): string[] {
  const seen = new Map<string, string>()
  const wrong: string[] = []
  for (const { job, node, index, subfolder, filename } of files) {
    const path = join(subfolder, filename)
    for (const key of [`job ${job}, node ${node}, file ${index}`, `the name ${path}`]) {
      if (seen.has(key)) wrong.push(`${key} is there twice: ${seen.get(key)} and ${path}`)
      seen.set(key, path)
    }
  }
  return wrong
}

/** Each file under a final name is one that was published, whole; no number is skipped by an attempt that was repeated. */
function onDisk(output: string, { files, jobs }: StoreContent): string[] {
  const known = new Map(files.map((file) => [join(file.subfolder, file.filename), file]))
  const wrong: string[] = []
  const there = filesBelow(output).filter((path) => /\.\w+$/.test(path) && !path.includes('.kinograph-'))
  for (const path of there) if (!known.has(path)) wrong.push(`output/${path} is no file of any job`)
  for (const [path, { sha256, bytes }] of known) {
    if (bytes === undefined) continue // it has a name, and its job ended before it was noted that it is there
    if (!there.includes(path)) wrong.push(`output/${path} was published and is not there`)
    else {
      const content = readFileSync(join(output, path))
      if (content.length !== bytes || createHash('sha256').update(content).digest('hex') !== sha256) wrong.push(`output/${path} is not what was published`)
    }
  }
  return [...wrong, ...gaps(there, jobs)]
}

/** Numbers that are missing although no job that could have had them ended without its files. */
function gaps(paths: readonly string[], jobs: readonly StoredJob[]): string[] {
  const unfinished = jobs.filter(({ state }) => state !== 'done').length
  const numbers = new Map<string, number[]>()
  for (const path of paths) {
    const [, prefix, digits] = /^(.*?)_?(\d+)_?\.\w+$/.exec(path) ?? []
    if (prefix !== undefined) numbers.set(prefix, [...numbers.get(prefix) ?? [], Number(digits)])
  }
  return [...numbers].filter(([, own]) => Math.max(...own) - own.length > unfinished)
    .map(([prefix, own]) => `${prefix}: numbers are skipped: ${own.sort((a, b) => a - b).join(' ')}`)
}

/** Unfinished files and checkpoints of jobs that have ended. */
function leftovers(data: string): string[] {
  const left = [
    ...filesBelow(join(data, 'output')).filter((path) => path.includes('.kinograph-')).map((path) => `output/${path}`),
    ...filesBelow(join(data, 'checkpoints')).filter((path) => path.endsWith('.ckpt') || path.includes('.tmp')).map((path) => `checkpoints/${path}`),
  ]
  return left.map((path) => `${path} was left behind`)
}
