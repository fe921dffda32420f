import type { Comparer, GoldenCase, StoredTensor } from './case.ts'

export interface CaseSummary {
  /** The stored tensor with the largest error, as a share of what its tolerance allows (1 = at the limit). */
  readonly worst: { readonly name: string; readonly share: number } | null
  readonly compared: number
  readonly checks: number
  /** How many `output.*` and `mid.*` tensors the case stores. */
  readonly total: number
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
  readonly failures: readonly string[]
}

export interface CaseReport extends CaseSummary {
  readonly name: string
  readonly kind: string
  readonly status: 'ok' | 'FAILED' | 'later'
  readonly seconds: number
}

const isResult = (name: string): boolean => /(^|\.)(output|mid)\./.test(name)
const isInteger = (t: StoredTensor): boolean => t.dtype.startsWith('int') || t.dtype === 'bool'

/** The largest |actual - stored| / (atol + rtol·|stored|); Infinity for NaN and for any difference of integers. */
function worstShare(actual: ArrayLike<number | bigint>, tensor: StoredTensor, atol: number, rtol: number): number {
  let worst = 0
  for (let i = 0; i < tensor.data.length; i++) {
    const got = Number(actual[i])
    const want = tensor.data[i]
    if (got === want) continue
    const share = isInteger(tensor) ? Infinity : Math.abs(got - want) / (atol + rtol * Math.abs(want))
    if (!(share <= worst)) worst = Number.isNaN(share) ? Infinity : share
  }
  return worst
}

/** Collects what a kind's runner compares; `finish` names what was forgotten. */
export function report(golden: GoldenCase) {
  const { atol, rtol } = golden.spec.tolerance
  const wanted = new Set([...golden.io.keys()].filter(isResult))
  const compared = new Set<string>()
  const skipped: { name: string; reason: string }[] = []
  const failures: string[] = []
  let checks = 0
  let worst: CaseSummary['worst'] = null

  const comparer: Comparer = {
    tensor(name, actual) {
      const tensor = golden.tensor(name)
      compared.add(name)
      if (actual.shape.join() !== tensor.shape.join()) {
        failures.push(`${name}: expected shape [${tensor.shape.join(', ')}], got [${actual.shape.join(', ')}]`)
        return
      }
      const share = worstShare(actual.data, tensor, atol, rtol)
      if (worst === null || share > worst.share) worst = { name, share }
      if (share > 1) failures.push(`${name}: error is ${share.toPrecision(4)} times what atol ${atol}, rtol ${rtol} allow`)
    },
    check(name, passed, detail = '') {
      checks++
      if (!passed) failures.push(`${name}: ${detail}`)
    },
    skip(name, reason) {
      skipped.push({ name, reason })
    },
  }

  return {
    comparer,
    finish(): void {
      const named = new Set(skipped.map((s) => s.name))
      for (const name of wanted) {
        if (!compared.has(name) && !named.has(name)) failures.push(`${name}: neither compared nor named as skipped`)
      }
      if (compared.size === 0 && checks === 0) failures.push('nothing was compared')
    },
    summary(): CaseSummary {
      return { worst, compared: compared.size, checks, total: wanted.size, skipped, failures }
    },
  }
}
