import type { Complaint } from '../../core/types/index.ts'
import { prefixProblem } from './numbered.ts'

/** For `validate` hooks: the complaint about a file name prefix that would leave the output folder or cannot be a name. */
export function checkPrefix<N extends string>(input: N, prefix: string | undefined): Complaint<N>[] {
  const problem = prefix === undefined ? undefined : prefixProblem(prefix)
  if (problem === undefined) return []
  return [{ input, problem: `${problem}, got ${JSON.stringify(prefix)}`, remedy: 'Files are saved below the output folder; choose that with --out.' }]
}
