import { createHash } from 'node:crypto'

/** Whole numbers from 0 to 2^53 - 1 that look drawn, and are the same in the same order for the same text. */
export function drawsFrom(text: string): () => number {
  let count = 0
  return () => {
    const digest = createHash('sha256').update(`${count++} ${text}`).digest()
    return Number(digest.readBigUInt64BE() >> 11n)
  }
}
