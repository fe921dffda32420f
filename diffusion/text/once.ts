/** A value made when it is first asked for, and kept: start-up does not pay for what a prompt may never need. */
export function once<T extends object>(make: () => T): () => T {
  let made: T | null = null
  return () => (made ??= make())
}
