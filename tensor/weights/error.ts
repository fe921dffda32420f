/** What is wrong with a weights file, as data. */
export interface CheckpointProblem {
  readonly file: string
  /** The tensor's name or the header's field, where one is to blame. */
  readonly key?: string
  readonly problem: string
  readonly remedy: string
  readonly cause?: unknown
}

/** A weights file that can't be read or written: names the file, the key, what was expected and found, what to do. */
export class CheckpointError extends Error {
  readonly file: string
  readonly key?: string
  readonly problem: string
  readonly remedy: string

  constructor({ file, key, problem, remedy, cause }: CheckpointProblem) {
    super(`${file}${key === undefined ? '' : `, "${clip(key)}"`}: ${problem}. ${remedy}`, { cause })
    this.name = 'CheckpointError'
    this.file = file
    if (key !== undefined) this.key = key
    this.problem = problem
    this.remedy = remedy
  }
}

/** Makes the errors of one file: `fail(problem, { key, remedy })`. */
export const failer = (file: string, usualRemedy: string) =>
  (problem: string, { key, remedy = usualRemedy, cause }: { key?: string; remedy?: string; cause?: unknown } = {}) =>
    new CheckpointError({ file, problem, remedy, ...(key === undefined ? {} : { key }), cause })

export type Fail = ReturnType<typeof failer>

/** Text out of a file, short enough for a message. */
export const clip = (text: string, length = 200): string => text.length > length ? `${text.slice(0, length)}…` : text
