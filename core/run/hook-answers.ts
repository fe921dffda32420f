import { shortText, type Json, type MaybePromise } from '../types/json.ts'
import type { PortComplaint } from '../types/expansion.ts'
import type { FactsAnswer } from '../types/facts.ts'
import type { Complaint, UiResult } from '../types/node-type.ts'

/** How long a hook may take to answer, in seconds. Hashing a large file takes less; an answer that never comes does not. */
export const HOOK_LIMIT = 120

/**
 * What a hook answers, or a failure where the answer doesn't come.
 * @throws Error when a promise that it gave is not fulfilled within the limit
 */
export function withinLimit<T>(answer: MaybePromise<T>): MaybePromise<T> {
  if (!(answer instanceof Promise)) return answer
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it gave no answer within ${HOOK_LIMIT} s`)), HOOK_LIMIT * 1000)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

/** @throws TypeError when a `validate` hook gave anything but a list of complaints, or nothing */
export function checkComplaints(answer: unknown): asserts answer is readonly Complaint[] | undefined {
  if (answer === undefined || (Array.isArray(answer) && answer.every(isComplaint))) return
  const given = Array.isArray(answer) ? `a list with ${shortText(answer.find((one) => !isComplaint(one)))}` : shortText(answer)
  throw new TypeError(`expected a list of { problem, remedy } or nothing, got ${given}`)
}

/** @throws TypeError when the check of a port gave anything but a complaint, its text, or nothing */
export function checkComplaint(answer: unknown): asserts answer is PortComplaint {
  if (answer === undefined || (typeof answer === 'string' && answer !== '') || isComplaint(answer)) return
  throw new TypeError(`expected a text, { problem, remedy } or nothing, got ${shortText(answer)}`)
}

/** @throws TypeError when a fingerprint is not what JSON can hold, so that two of them could not be told apart */
export function checkFingerprint(answer: unknown): asserts answer is Json {
  if (!isJson(answer)) throw new TypeError(`expected what JSON can hold, got ${shortText(answer)}`)
}

/** Whether JSON holds a value: no function, circle or bigint. */
function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined
  } catch {
    return false
  }
}

/** @throws TypeError when a `facts` hook gave what is no record of outputs and complaints */
export function checkFacts(answer: FactsAnswer | void): void {
  const wrong = answer === undefined || isRecord(answer) ? answer?.outputs : answer
  if (wrong !== undefined && !isRecord(wrong)) throw new TypeError(`expected { outputs, complaints } or nothing, got ${shortText(wrong)}`)
  checkComplaints(answer?.complaints)
}

/** @throws TypeError when what a node shows is not lists of what JSON can hold, by kind */
export function checkUi(result: unknown): asserts result is UiResult {
  const problem = (got: unknown) => new TypeError(`ctx.ui: expected lists by kind, such as { text: ['a'] }, got ${shortText(got)}`)
  if (!isRecord(result)) throw problem(result)
  for (const list of Object.values(result)) {
    if (!Array.isArray(list)) throw problem(list)
    const odd = list.findIndex((one) => !isJson(one))
    if (odd >= 0) throw problem(list[odd])
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isComplaint(one: unknown): one is Complaint {
  if (typeof one !== 'object' || one === null || !('problem' in one)) return false
  return typeof one.problem === 'string' && one.problem !== ''
}
