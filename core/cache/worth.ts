/** How long it takes until an entry that is not used is worth half. */
const HALF_LIFE_MS = 24 * 3600 * 1000

/** What one entry takes beside its bytes: a result that took no time is worth this little, in seconds. */
const LEAST_SECONDS = 1e-3

/**
 * How much an entry on the disk is worth keeping: seconds to compute it again per byte, halved with each day that it
 * was not used; as a logarithm, so that of two entries the order stays the same however much later one looks.
 * @param usedAt milliseconds since 1970
 */
export function worthOf(seconds: number, bytes: number, usedAt: number): number {
  return Math.log2((seconds + LEAST_SECONDS) / Math.max(bytes, 1)) + usedAt / HALF_LIFE_MS
}

/** What opening, checking and reading an entry takes, in seconds: an estimate that errs on the cheap side. */
export function secondsToRead(bytes: number): number {
  return 0.002 + bytes / 500e6
}
