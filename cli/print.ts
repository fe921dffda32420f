/** How the terminal shows problems and tables. */
import { problemText } from '../core/workflow/problem.ts'
import type { Problem } from '../core/workflow/problem.ts'

/** Each single problem as a line of its own, `error: ` in front. */
export function problemLines(problem: Problem): string {
  const all = problem.problems ?? [problem]
  return all.map((one) => `error: ${problemText(one)}\n`).join('')
}

export function printProblem(problem: Problem): void {
  process.stderr.write(problemLines(problem))
}

/** Rows of texts, each column as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)), [])
  return rows.map((row) => row.map((cell, i) => i === row.length - 1 ? cell : cell.padEnd(widths[i])).join('  ')).join('\n')
}

/** `3.4 MB`, in powers of 1000 as disks and zoos count. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB']
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}
